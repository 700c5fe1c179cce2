/**
 * The settings of our transports with every fallback taken, as the configuration would hand them
 * over.
 */
import type { Fields } from 'im-kernel/contract';
import tcp from '../../../plugins/transports/tcp-tlv/index.ts';
import web from '../../../plugins/transports/websocket/index.ts';
import type { Settings as TcpSettings } from '../../../plugins/transports/tcp-tlv/settings.ts';
import type { Settings as WebSettings } from '../../../plugins/transports/websocket/settings.ts';

function fallbacks(fields: Fields): Record<string, unknown> {
  const settings = Object.entries(fields).map(([name, field]) => {
    const inner = field.optional ? undefined : field.fields;
    return [name, inner ? fallbacks(inner) : field.fallback] as const;
  });
  return Object.fromEntries(settings);
}

const listen = { host: '127.0.0.1', port: 0 };

export function tcpSettings(changed: Partial<TcpSettings> = {}): TcpSettings {
  return { ...fallbacks(tcp.config), listen, ...changed } as unknown as TcpSettings;
}
export function webSettings(changed: Partial<WebSettings> = {}): WebSettings {
  return { ...fallbacks(web.config), listen, ...changed } as unknown as WebSettings;
}
