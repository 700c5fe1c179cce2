/** One part's health out of two mouths: the plugin's own, and the kernel's about the plugin. */
import type { Health } from '../contract/index.ts';

type Report = (health: Health) => void;

/** From best to worst. */
const WORSE: readonly Health['state'][] = ['running', 'degraded', 'failed'];

/** The worse of the two is reported; of equals, the plugin's. */
export function joinHealth(report: Report): { readonly plugin: Report; readonly kernel: Report } {
  let plugin: Health = { state: 'running' };
  let kernel: Health = { state: 'running' };
  const tell = (): void => {
    const worse = WORSE.indexOf(kernel.state) > WORSE.indexOf(plugin.state);
    report(worse ? kernel : plugin);
  };
  return {
    plugin: (health) => {
      plugin = health;
      tell();
    },
    kernel: (health) => {
      kernel = health;
      tell();
    },
  };
}
