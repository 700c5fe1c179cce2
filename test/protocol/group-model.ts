/**
 * Groups as the protocol's page tells them, written from that page alone and as plainly as can be:
 * what the kernel's rules are compared with.
 */

export interface GroupAct {
  readonly by: string;
  /** An action, or `send`. */
  readonly action: string;
  readonly users: readonly string[];
  readonly title: string | undefined;
  readonly open: boolean;
}

interface Stay {
  readonly since: number;
  role: 'owner' | 'admin' | 'member';
}

const NEEDS_USERS = ['group.add', 'group.remove', 'group.promote', 'group.demote'];
const NEEDS_RIGHTS = ['group.add', 'group.remove', 'group.rename'];
const NEEDS_OWNER = ['group.promote', 'group.demote'];

export class GroupModel {
  readonly members = new Map<string, Stay>();
  readonly former = new Set<string>();
  #created = false;
  #open = false;
  #position = 0;

  /** What must come of it: a code, or `accepted`. */
  apply(act: GroupAct): string {
    const code = this.#judge(act);
    if (code === 'accepted') {
      this.#position += 1;
      this.#change(act);
    }
    return code;
  }

  #judge({ by, action, users, title }: GroupAct): string {
    if (NEEDS_USERS.includes(action) && users.length === 0) return 'invalid';
    if (action !== 'send' && new Set(users).size < users.length) return 'invalid';
    if (action === 'group.rename' && !title) return 'invalid';
    if (action === 'group.create') return this.#created ? 'already' : 'accepted';
    const me = this.members.get(by);
    if (action === 'group.join') {
      if (me) return 'already';
      return this.#open && this.members.size > 0 ? 'accepted' : 'not-found';
    }
    if (!me) return this.former.has(by) ? 'not-member' : 'not-found';
    if (NEEDS_RIGHTS.includes(action) && me.role === 'member') return 'forbidden';
    if (NEEDS_OWNER.includes(action) && me.role !== 'owner') return 'forbidden';
    return this.#judgeUsers(me, action, users);
  }

  #judgeUsers(me: Stay, action: string, users: readonly string[]): string {
    const roles = users.map((user) => this.members.get(user)?.role);
    if (action === 'group.add') return roles.some((role) => role) ? 'already' : 'accepted';
    if (!NEEDS_USERS.includes(action)) return 'accepted';
    if (roles.includes(undefined)) return 'not-found';
    if (action === 'group.promote') {
      return roles.every((role) => role === 'member') ? 'accepted' : 'already';
    }
    if (action === 'group.demote') return this.#judgeDemote(roles);
    if (roles.includes('owner')) return 'forbidden';
    return roles.includes('admin') && me.role !== 'owner' ? 'forbidden' : 'accepted';
  }

  /** The page says nothing of the owner or a plain member here: either code is a refusal. */
  #judgeDemote(roles: readonly (string | undefined)[]): string {
    const wrong = roles.find((role) => role !== 'admin');
    if (wrong === undefined) return 'accepted';
    return wrong === 'owner' ? 'forbidden' : 'already';
  }

  #change({ by, action, users, open }: GroupAct): void {
    const since = this.#position;
    const join = (user: string, role: Stay['role']): void => {
      this.members.set(user, { since, role });
      this.former.delete(user);
    };
    const leave = (user: string): void => {
      this.members.delete(user);
      this.former.add(user);
    };
    if (action === 'group.create') {
      this.#created = true;
      this.#open = open;
      for (const user of users) join(user, 'member');
      join(by, 'owner');
    } else if (action === 'group.join') join(by, 'member');
    else if (action === 'group.add') for (const user of users) join(user, 'member');
    else if (action === 'group.remove') for (const user of users) leave(user);
    else if (action === 'group.promote') for (const user of users) this.#become(user, 'admin');
    else if (action === 'group.demote') for (const user of users) this.#become(user, 'member');
    else if (action === 'group.leave') {
      const owner = this.members.get(by)?.role === 'owner';
      leave(by);
      if (owner) this.#handOver();
    }
  }

  #become(user: string, role: Stay['role']): void {
    const stay = this.members.get(user);
    if (stay) stay.role = role;
  }

  /** To the longest-standing admin, else member; by name among those who came together. */
  #handOver(): void {
    const order = [...this.members].sort(([a, x], [b, y]) => {
      if (x.role !== y.role) return x.role === 'admin' ? -1 : 1;
      return x.since - y.since || (a < b ? -1 : 1);
    });
    if (order[0]) order[0][1].role = 'owner';
  }
}
