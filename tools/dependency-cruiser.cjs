// The rooms of src/ and what each of them may import. `npm run check:rooms` reads this file.
const ENTRIES = "^src/(next|web|edge|cli|testing|prisma-8)/";
const PRISMA = "^src/store/prisma";
const FACE = ["^src/(index|sessions|options)\\.ts$", "^src/options/"];

/** One rule: files of a room must not import some paths. */
const forbid = (name, comment, from, path) => ({ name, comment, severity: "error", from, to: { path } });

module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "A circle of imports hides which file needs which.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    forbid(
      "session-and-record-know-no-prisma-and-no-next",
      "They talk to a SessionStore and to a SessionCookie.",
      { path: "^src/(session|record)/" },
      [PRISMA, ENTRIES, ...FACE],
    ),
    forbid("store-and-codec-know-no-session", "They see rows and texts.", { path: "^src/(store|codec)/" }, [
      "^src/(session|record|cookie|admin)/",
      ENTRIES,
      ...FACE,
    ]),
    forbid("key-is-the-lowest-room", "Keys need only errors.", { path: "^src/key/" }, [
      "^src/(session|record|cookie|admin|store|codec)/",
      ENTRIES,
      ...FACE,
    ]),
    forbid("cookie-knows-no-row", "Cookies carry a key and an expiry.", { path: "^src/cookie/" }, [
      "^src/(session|admin|store|codec)/",
      ENTRIES,
      ...FACE,
    ]),
    forbid("admin-knows-no-entry", "It works on many sessions of any entry.", { path: "^src/admin/" }, [
      ENTRIES,
      ...FACE,
    ]),
    forbid(
      "entries-are-apart",
      "Only the edge helpers run everywhere.",
      { path: "^src/(next|web|edge|cli|prisma-8)/" },
      ["^src/(?!edge/|$1/)(next|web|edge|cli|testing|prisma-8)/"],
    ),
    forbid(
      "only-next-imports-next",
      "The other entries run without Next.js.",
      { path: "^src/", pathNot: "^src/next/" },
      ["^next(/|$)", "node_modules/next/"],
    ),
    forbid("edge-imports-no-node", "The edge runtime has no Node.js modules.", { path: "^src/edge/" }, [
      "^node:",
      "^(crypto|fs|path|timers|util|assert)",
    ]),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node"] },
  },
};
