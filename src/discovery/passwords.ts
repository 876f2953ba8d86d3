import { readPasswordFile } from '../config/passwords.ts';
import type { FoundServer } from '../model/discovery.ts';
import type { Secret } from '../model/secret.ts';
import type { Clock } from '../model/time.ts';

/** What is known of the password in a file. */
export type FilePassword =
  | { readonly state: 'reading' }
  | { readonly state: 'read'; readonly password: Secret | undefined }
  | { readonly state: 'unreadable'; readonly message: string };

/** The passwords that labels name files for; each is read at every start of its container. */
export interface DiscoveredPasswords {
  of(found: FoundServer, path: string): FilePassword;
  /** Everything is read again. */
  forget(): void;
}

const RETRY_MS = 5_000;
const READING: FilePassword = { state: 'reading' };

interface Entry {
  readonly key: string;
  readonly askedMs: number;
  readonly answer: FilePassword;
}

/** Reads beside everything else; `changed` is called when one was read. */
export function createDiscoveredPasswords(deps: {
  readonly readFile: (path: string) => Promise<string>;
  readonly changed: () => void;
  readonly clock: Clock;
}): DiscoveredPasswords {
  const { readFile, changed, clock } = deps;
  const entries = new Map<string, Entry>();

  function ask(name: string, key: string, path: string, until: FilePassword): FilePassword {
    const entry: Entry = { key, askedMs: clock.monotonic(), answer: until };
    entries.set(name, entry);
    void readFile(path).then(
      (text) => keep(passwordIn(path, () => text)),
      (error: unknown) =>
        keep(
          passwordIn(path, () => {
            throw error;
          }),
        ),
    );
    function keep(answer: FilePassword): void {
      if (entries.get(name) !== entry) return;
      entries.set(name, { ...entry, answer });
      changed();
    }
    return until;
  }

  return {
    of(found, path) {
      const key = `${path} ${found.started}`;
      const entry = entries.get(found.name);
      if (entry?.key !== key) return ask(found.name, key, path, READING);
      const { answer, askedMs } = entry;
      const isDue = clock.monotonic() - askedMs > RETRY_MS;
      return answer.state === 'unreadable' && isDue ? ask(found.name, key, path, answer) : answer;
    },
    forget: () => entries.clear(),
  };
}

function passwordIn(path: string, readFile: () => string): FilePassword {
  let message: string | undefined;
  const password = readPasswordFile(path, { readFile, directory: '/' }, (said) => {
    message ??= said;
  });
  return message === undefined ? { state: 'read', password } : { state: 'unreadable', message };
}
