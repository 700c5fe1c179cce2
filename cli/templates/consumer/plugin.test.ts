import { judgeConsumer } from 'im-kernel/kit';
import { MyConsumer, type Write } from './index.ts';

const lines: string[] = [];
const works: Write = async (line) => void lines.push(line);
const refuses: Write = async () => {
  throw new Error('no room');
};
const hangs: Write = (_line, signal) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
let write = works;

judgeConsumer({
  name: 'my-plugin',
  make: () => new MyConsumer((line, signal) => write(line, signal)),
  outside: {
    works: () => void (write = works),
    refuses: () => void (write = refuses),
    hangs: () => void (write = hangs),
    happened: () =>
      lines.map((line) => {
        const { conversation, position } = JSON.parse(line) as Record<string, string>;
        return `${conversation} ${position}`;
      }),
    forget: () => void lines.splice(0),
  },
});
