/** Environment variables in values: `${NAME}`, `${NAME:-default}`; `$${` stands for `${` itself. */

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Interpolated {
  readonly text: string;
  /** What is wrong, one sentence each; then `text` is of no use. */
  readonly wrong: readonly string[];
  /** The text was one variable and nothing else. */
  readonly whole: boolean;
}

const VARIABLE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{/g;
const ONLY_VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}$/;

/** Fills in the variables of one text. A default counts when the variable is unset or empty. */
export function interpolate(source: string, env: Environment): Interpolated {
  const wrong: string[] = [];
  const fill = (match: string, name?: string, fallback?: string): string => {
    if (match === '$${') return '${';
    if (name === undefined) {
      wrong.push(
        'has a "${" that is no variable; write ${NAME}, ${NAME:-default}, or $${ for itself',
      );
      return '';
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value === undefined) {
      wrong.push(`needs the environment variable ${name}, which is not set; ` + hint(name));
    }
    return value ?? '';
  };
  const text = source.replace(VARIABLE, fill);
  return { text, wrong, whole: ONLY_VARIABLE.test(source) };
}

function hint(name: string): string {
  return `set it or write \${${name}:-default}`;
}

/**
 * What an unquoted scalar of this text means in YAML 1.2: variables keep their type through the
 * environment.
 */
export function retype(text: string): string | number | boolean {
  if (/^[-+]?(?:\d+|\d*\.\d+)$/.test(text)) return Number(text);
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  return text;
}
