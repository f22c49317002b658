import { CreateError, UpdateError } from "../errors.ts";
import { isValidSessionKey } from "../key/valid-session-key.ts";
import { AUTHENTICATED, checkedEntries } from "../record/reserved.ts";
import { RowSession } from "./row-session.ts";

const NO_KEY = "destroy(): the session key is missing. To sign out, call `flush()`.";

/**
 * One session, as one request sees it. `Sessions.open()` and `getSession()` return it.
 *
 * `open()` reads nothing: call `load()` first. `getSession()` has called `load()` already. Only the
 * methods that write, such as `save()`, write to the database. Asynchronous calls on one object run
 * one after another. If the package cannot resolve a database error itself, the caller gets that
 * error unchanged.
 * @throws {@link SessionNotLoadedError} from every method that reads or changes data, before
 *   `load()`
 * @throws {@link SessionReadOnlyError} from every method that writes to the database, in a place
 *   where Next.js cannot set a cookie
 */
export class DbSession<Data extends object = Record<string, unknown>> extends RowSession<Data> {
  /**
   * Reads the row with one statement. A second call reads nothing. If the key is unknown or
   * expired, or if the data do not verify, the session is empty and has no key. A save then starts
   * a new session.
   */
  load(): Promise<void> {
    return this.inTurn(() => this.readOnce());
  }

  /**
   * Whether a row has this key, even if the row has expired. One statement. A text that cannot be a
   * key costs no statement.
   */
  exists(sessionKey: string): Promise<boolean> {
    return this.inTurn(async () => isValidSessionKey(sessionKey) && this.record.exists(sessionKey));
  }

  /**
   * Creates a new row under a new key from the dictionary, without loading. One INSERT. If the key
   * is taken, the package sends another INSERT with another key. A row that the session had before
   * stays as it is. To save a session, use `save()`.
   *
   * If an INSERT failed although the database inserted the row, the next write uses that row.
   * @throws {@link CreateError} if 100 keys were all taken
   * @throws {@link SerializationError} for a value that would not be the same after a load
   */
  create(): Promise<void> {
    return this.inTurn(() => this.write({ create: {} }));
  }

  /**
   * Writes the session. If the session has no key, `save()` creates the row. If it has a key,
   * `save()` only updates the row. If other requests changed other data keys, `save()` keeps these
   * changes and merges them into the dictionary (see `onConflict`). If nothing changed, `save()`
   * writes only the expiry.
   *
   * You can always call `save()` again after an error: nothing is applied twice.
   *
   * @param options With `mustCreate`, create a row or fail. `save()` then never updates a row, and
   * tries only one key. Default: false.
   * @throws {@link UpdateError} if the row no longer exists. No row is created.
   * @throws {@link CreateError} with `mustCreate`, if the session has a row already or the new key
   *   is taken
   * @throws {@link ConflictError} if the changes could not be merged, or because of
   *   `onConflict: "error"`
   * @throws {@link SerializationError} for a value that would not be the same after a load
   */
  save({ mustCreate = false }: { readonly mustCreate?: boolean } = {}): Promise<void> {
    return this.inTurn(async () => {
      await this.readOnce();
      if (mustCreate && this.sessionKey !== null) {
        throw new CreateError("This session has a row already. Call `save()` to update it, or `create()` for another.");
      }
      await this.write(mustCreate ? { create: { keys: 1 } } : {});
    });
  }

  /**
   * Deletes the row of a key. A missing row does not cause an error. This session object and its
   * cookie stay as they are.
   *
   * Without an argument, `destroy()` calls `flush()` (sign out).
   * @throws TypeError for `undefined` or `null` as the argument
   */
  destroy(...given: [] | [sessionKey: string]): Promise<void> {
    if (given.length === 0) return this.flush();
    const [sessionKey] = given;
    if (typeof sessionKey !== "string") return Promise.reject(new TypeError(NO_KEY));
    return this.inTurn(async () => {
      await this.cookie.checkWritable();
      if (isValidSessionKey(sessionKey)) await this.record.delete(sessionKey);
    });
  }

  /**
   * Signs out: deletes the row, removes the cookie, and clears the data and the key. The session
   * need not be loaded.
   */
  flush(): Promise<void> {
    return this.inTurn(async () => {
      const { data, modified, clears } = this;
      // Clear before the deletion: a value that is set during the deletion belongs to the next
      // session.
      this.data = new Map();
      this.accessed = true;
      this.modified = true;
      try {
        await this.cookie.checkWritable();
        await this.record.flush();
      } catch (error) {
        this.writeError = error;
        if (this.clears === clears) Object.assign(this, { data, modified });
        throw error;
      }
      this.clears = 0;
      this.writeError = undefined;
      this.cookie.remove();
    });
  }

  /**
   * Rotates the key: gives the row a new key and saves the changes, in one statement. The old key
   * is then invalid. Call it at every change of privilege, to prevent session fixation. If the
   * session has no key, the package creates its row.
   *
   * If the rotation fails, nothing more is saved under the old key: the next write gives the row
   * the new key.
   * @throws {@link UpdateError}, {@link ConflictError}, {@link SerializationError} like `save()`
   * @throws {@link CreateError} if 100 keys were all taken
   */
  cycleKey(): Promise<void> {
    return this.rotate(() => this.write());
  }

  /**
   * Signs in: sets the data, notes the time of the authentication, and gives the row a new key, to
   * prevent session fixation. One statement, which saves other changes too. `absoluteMaxAge` starts
   * again.
   *
   * The row may be gone or may have got a new key: a button was clicked twice, or the user signed
   * out in another tab. If you pass `data`, a new session then starts, and the user is signed in.
   * The new session holds exactly `data`, so pass everything that identifies or restricts the user.
   * Never pass a grant, such as a second factor or a role, without its user. Pass the user too, or
   * `set()` the grant and pass no data. If the user only proves the password again, pass no data.
   *
   * Several concurrent requests can all succeed. If something may happen only once, use `save()`
   * with `onConflict: "error"`, or a unique column.
   * @throws {@link UpdateError} without data, if the row no longer exists
   * @throws {@link ConflictError}, {@link SerializationError} like `save()`. The session then does
   *   not hold `data`. If its row no longer existed either, the session object is empty.
   * @throws {@link CreateError} if 100 keys were all taken
   * @throws TypeError for a key that begins with `_session_`
   */
  // Not `Partial<Data>`: the compiler's message for a wrong key is to list the keys.
  markAuthenticated(data?: { [Name in keyof Data]?: Data[Name] }): Promise<void> {
    return this.rotate(async () => {
      const at = this.config.now().getTime();
      const entries = new Map<string, unknown>([...checkedEntries(data ?? {}), [AUTHENTICATED, at]]);
      try {
        await this.write({ signIn: { at, entries } });
      } catch (error) {
        if (!data || !(error instanceof UpdateError)) throw error;
        await this.restartSignIn({ at, entries });
      }
    });
  }

  /**
   * Extends the expiry if the last write was `refreshAfter` seconds ago or more: one UPDATE of only
   * `expire_date`. If an older secret protects the row, the UPDATE also writes the data.
   * @returns Whether the expiry was extended. Always false without the option `refreshAfter`.
   */
  refresh(): Promise<boolean> {
    return this.inTurn(async () => {
      await this.readOnce();
      if (this.record.isRotationDue) return false;
      await this.cookie.checkWritable();
      const isRefreshed = await this.record.refresh();
      if (isRefreshed) this.syncCookie();
      return isRefreshed;
    });
  }
}
