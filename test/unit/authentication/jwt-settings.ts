import plugin from '../../../plugins/authentication/jwt/index.ts';

type Settings = Parameters<typeof plugin.create>[0];

/** The plugin's settings as the configuration would make them, with some given. */
export function jwtSettings(given: Partial<Settings> = {}): Settings {
  const fallbacks = Object.entries(plugin.config).map(([name, field]) => [name, field.fallback]);
  return { ...(Object.fromEntries(fallbacks) as Settings), ...given };
}
