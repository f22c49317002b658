import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";

const HERE = "session-base.test.ts";
const LOAD = "load.test.ts";
const CREATE = "create.test.ts";
const SAVE = "save.test.ts";
const FLUSH = "flush.test.ts";
const CYCLE_KEY = "cycle-key.test.ts";
const EXPIRY = "expiry.test.ts";
const CODEC = "../codec/signed-json.test.ts";
const CODECS = "../codec/codecs.test.ts";
const CLEARING = "../admin/clear-expired.test.ts";
const KEYS = "../key/session-key.test.ts";

/** Each method of Django's SessionBase, what it is here, and the tests that hold it: files, and titles in them. */
const TABLE: Record<string, { here: string; tests: Record<string, string[]> }> = {
  __init__: { here: "open()", tests: { [HERE]: ["is new: no key, neither accessed nor modified"] } },
  __contains__: { here: "has()", tests: { [HERE]: ["has tells whether a key is there, and counts as access"] } },
  __getitem__: {
    here: "get()",
    tests: { [HERE]: ["get gives a value, a default or undefined, and counts as access alone"] },
  },
  __setitem__: { here: "set()", tests: { [HERE]: ["set stores a value, and modifies"] } },
  __delitem__: {
    here: "delete()",
    tests: {
      [HERE]: ["delete removes a key, and modifies", "delete of a missing key gives false and modifies nothing"],
    },
  },
  get: { here: "get()", tests: { [HERE]: ["get gives a stored null or false rather than the default"] } },
  pop: {
    here: "pop()",
    tests: {
      [HERE]: [
        "pop removes a key, gives its value, and modifies",
        "pop of a missing key gives the default or undefined, and modifies nothing",
      ],
    },
  },
  setdefault: {
    here: "setDefault()",
    tests: {
      [HERE]: [
        "setDefault gives what is there, and modifies nothing",
        "setDefault sets what is missing, gives it, and modifies",
      ],
    },
  },
  set_test_cookie: { here: "setTestCookie()", tests: { [HERE]: ["the test cookie is set, worked, and is deleted"] } },
  test_cookie_worked: {
    here: "testCookieWorked()",
    tests: { [HERE]: ["the test cookie is set, worked, and is deleted"] },
  },
  delete_test_cookie: {
    here: "deleteTestCookie()",
    tests: { [HERE]: ["the test cookie is set, worked, and is deleted"] },
  },
  _hash: {
    here: "signedJson()",
    tests: {
      [CODECS]: [
        "decodes data under no other key, with no other secret, and with no character changed, added or left out",
      ],
    },
  },
  encode: {
    here: "signedJson().encode()",
    tests: {
      [CODEC]: [
        "is the readable text behind a version and the HMAC-SHA256 of version, length and stored key, and text",
      ],
    },
  },
  decode: {
    here: "signedJson().decode()",
    tests: {
      [CODECS]: ["decodes every text that it encoded, if it is an object in JSON"],
      [LOAD]: ["data that do not verify give an empty session without a key, and the next save() creates a new row"],
    },
  },
  update: { here: "update()", tests: { [HERE]: ["update sets several keys, and modifies"] } },
  has_key: { here: "has()", tests: { [HERE]: ["has tells whether a key is there, and counts as access"] } },
  keys: {
    here: "keys()",
    tests: {
      [HERE]: [
        "keys, values, entries, iteration and toJSON show everything in the order it was set, and count as access",
      ],
    },
  },
  values: {
    here: "values()",
    tests: {
      [HERE]: [
        "keys, values, entries, iteration and toJSON show everything in the order it was set, and count as access",
      ],
    },
  },
  items: {
    here: "entries()",
    tests: {
      [HERE]: [
        "keys, values, entries, iteration and toJSON show everything in the order it was set, and count as access",
      ],
    },
  },
  clear: {
    here: "clear()",
    tests: {
      [HERE]: [
        "clear removes everything, keeps the key, and counts as access and modification",
        "clear needs no loading",
      ],
    },
  },
  is_empty: {
    here: "isEmpty()",
    tests: { [HERE]: ["isEmpty: without a key and without data; it needs no loading and is no access"] },
  },
  _get_new_session_key: {
    here: "a key that create() draws",
    tests: {
      [KEYS]: ["have 32 characters of a-z and 0-9, every one of them used, and no two are alike"],
      [CREATE]: ["create() draws another key if the first is taken, and leaves the other session unchanged"],
    },
  },
  _get_or_create_session_key: {
    here: "save() of a new session",
    tests: { [SAVE]: ["save() of a new session creates a row, and gives the session its key"] },
  },
  _validate_session_key: { here: "open()", tests: { [LOAD]: ["an invalid key becomes null: %j"] } },
  _get_session_key: { here: "sessionKey", tests: { [HERE]: ["is new: no key, neither accessed nor modified"] } },
  _set_session_key: { here: "open()", tests: { [LOAD]: ["an invalid key becomes null: %j"] } },
  session_key: {
    here: "sessionKey",
    tests: { [SAVE]: ["save() of a new session creates a row, and gives the session its key"] },
  },
  _session_key: {
    here: "sessionKey",
    tests: { [LOAD]: ["load() of an unknown key drops the key, and creates no row"] },
  },
  _get_session: { here: "load(), once", tests: { [LOAD]: ["load() is idempotent: it reads once"] } },
  _session: {
    here: "SessionNotLoadedError, as loading is asynchronous",
    tests: { [HERE]: ["every use of a session that has a key and was not loaded says so"] },
  },
  get_expiry_age: {
    here: "getExpiryAge()",
    tests: {
      [EXPIRY]: [
        "without one of its own: maxAge from now",
        "by seconds: from now, and from a modification that is given",
        "rounds an age down, also one that is past, as Django does",
        "given as an argument, it needs no loading, and null stands for maxAge",
      ],
    },
  },
  get_expiry_date: {
    here: "getExpiryDate()",
    tests: {
      [EXPIRY]: [
        "by a date: fixed, whatever the modification",
        "given as an argument, it needs no loading, and null stands for maxAge",
      ],
    },
  },
  set_expiry: {
    here: "setExpiry()",
    tests: {
      [EXPIRY]: [
        "zero: until the browser closes, and maxAge in the table",
        "null: back to what the options say",
        "null where there was none modifies nothing",
        "setting one is access and modification; asking is access",
      ],
    },
  },
  get_expire_at_browser_close: {
    here: "getExpireAtBrowserClose()",
    tests: { [EXPIRY]: ["the option expireAtBrowserClose holds until the session has an expiry of its own"] },
  },
  flush: {
    here: "flush()",
    tests: {
      [FLUSH]: [
        "flush() deletes the row, the data and the key, and counts as access and modification",
        "flush() needs no loading, and the next save() creates a new session",
      ],
    },
  },
  cycle_key: {
    here: "cycleKey()",
    tests: {
      [CYCLE_KEY]: [
        "cycleKey() gives the row a new key and writes unsaved data, and the old key opens no session",
        "cycleKey() creates a row for a new session, and loads a session that is not loaded",
      ],
    },
  },
  exists: {
    here: "exists()",
    tests: { [LOAD]: ["exists() finds expired rows too, and is false for an unknown or invalid key"] },
  },
  create: {
    here: "create()",
    tests: {
      [CREATE]: [
        "create() inserts an empty row under a new key",
        "create() throws CreateError after 100 keys that are taken",
      ],
    },
  },
  save: {
    here: "save()",
    tests: {
      [SAVE]: [
        "save() writes set and deleted keys, and keeps the other keys",
        "save() throws UpdateError if the row is gone, and creates no row",
        "save() with mustCreate inserts a row for a new session",
        "save() with mustCreate throws CreateError for a saved session, and writes nothing",
      ],
    },
  },
  delete: {
    here: "destroy()",
    tests: {
      [FLUSH]: [
        "destroy(sessionKey) deletes only that row, and does not throw for a missing row",
        "destroy() without an argument is flush()",
      ],
    },
  },
  load: {
    here: "load()",
    tests: {
      [LOAD]: [
        "load() of another session object gives the saved data",
        "load() of an unknown key drops the key, and creates no row",
        "an expired row is not loaded, and its key is dropped",
      ],
    },
  },
  clear_expired: {
    here: "Sessions.clearExpired()",
    tests: { [CLEARING]: ["deletes every expired row and no other, batch by batch"] },
  },
};

describe("Django's SessionBase", () => {
  it("is in the table with all its methods and properties, each held by a test", () => {
    const names = [
      "__init__ __contains__ __getitem__ __setitem__ __delitem__ get pop setdefault update has_key keys values items clear is_empty",
      "set_test_cookie test_cookie_worked delete_test_cookie _hash encode decode _get_session _session",
      "_get_new_session_key _get_or_create_session_key _validate_session_key _get_session_key _set_session_key",
      "session_key _session_key get_expiry_age get_expiry_date set_expiry get_expire_at_browser_close",
      "flush cycle_key exists create save delete load clear_expired",
    ];
    expect(Object.keys(TABLE).sort()).toEqual(names.join(" ").split(" ").sort());
    for (const { tests } of Object.values(TABLE)) expect(Object.values(tests).flat().length).toBeGreaterThan(0);
  });

  it.each(Object.entries(TABLE))("%s is held by tests that are there", async (_, { tests }) => {
    for (const [file, titles] of Object.entries(tests)) {
      const source = await readFile(new URL(file, import.meta.url), "utf8");
      // The title is the first argument of an it(), maybe on a line of its own.
      for (const title of titles) {
        const quoted = `"${title}",`;
        const before = source.slice(0, source.indexOf(quoted)).trimEnd();
        expect(source, `${file}: ${title}`).toContain(quoted);
        expect(before, "neither skipped nor in a comment").toMatch(/(^\s*it\(|\)\()$/m);
      }
    }
  });
});
