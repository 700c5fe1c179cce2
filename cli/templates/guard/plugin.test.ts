import { judgeGuard } from 'im-kernel/kit';
import plugin from './index.ts';

judgeGuard({
  name: 'my-plugin',
  make: (host) => plugin.create({ maxCharacters: 5 }, host),
  samples: [
    { text: 'short', verdict: 'allow' },
    { text: 'longer', verdict: 'refuse' },
    { text: 'longer', mediaType: 'application/json', verdict: 'allow' },
  ],
});
