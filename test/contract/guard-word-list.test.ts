import { judgeGuard } from 'im-kernel/kit';
import plugin from '../../plugins/guards/word-list/index.ts';

const settings = { words: ['drat', 'Straße'], file: undefined, detail: 'mind your words' };

judgeGuard({
  name: 'word-list refusing',
  make: (host) => plugin.create({ ...settings, action: 'refuse' }, host),
  samples: [
    { text: 'good morning', verdict: 'allow' },
    { text: 'oh DRAT!', verdict: 'refuse' },
    { text: 'dratted', verdict: 'allow' },
    { text: 'drat', mediaType: 'application/json', verdict: 'allow' },
    { text: 'drat', mediaType: 'Text/Markdown', verdict: 'refuse' },
  ],
});

judgeGuard({
  name: 'word-list masking',
  make: (host) => plugin.create({ ...settings, action: 'mask' }, host),
  samples: [
    { text: 'good morning', verdict: 'allow' },
    { text: 'oh DRAT, drat!', verdict: 'change', becomes: 'oh ****, ****!' },
    { text: 'in der STRASSE', verdict: 'change', becomes: 'in der *******' },
  ],
});
