// The rooms of src/ and what each of them may import. `npm run check:rooms` reads this file.
const ENTRIES = "^src/(next|web|edge|cli|testing|prisma-8)/";

// From the lowest floor up. A file must not import a file of a higher floor. `errors.ts`,
// `events.ts` and `presets.ts` are below all rooms.
const FLOORS = [
  "^src/key/",
  "^src/(codec|store)/",
  "^src/record/",
  "^src/(cookie|admin)/",
  "^src/session/",
  "^src/warnings/",
  "^src/(options/|options\\.ts$)",
  "^src/(index|sessions)\\.ts$",
];

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
    ...FLOORS.map((floor, at) =>
      forbid("no-arrow-upward", "Lower rooms know nothing of higher rooms.", { path: floor }, [
        ...FLOORS.slice(at + 1),
        ENTRIES,
      ]),
    ),
    forbid("key-is-the-lowest-room", "Keys need only errors.", { path: "^src/key/" }, ["^src/(?!key/|errors\\.ts$)"]),
    forbid("session-and-record-know-no-prisma", "They talk to a SessionStore.", { path: "^src/(session|record)/" }, [
      "^src/store/prisma",
    ]),
    forbid("cookie-knows-no-store", "Cookies carry a key and an expiry.", { path: "^src/cookie/" }, [
      "^src/(store|codec)/",
    ]),
    forbid("stubs-stand-alone", "They run where the package cannot.", { path: "^src/stubs/" }, [
      "^src/(?!stubs/)",
      "^node:",
    ]),
    forbid(
      "entries-are-apart",
      "Only the edge helpers run everywhere.",
      { path: "^src/(next|web|edge|cli|prisma-8)/" },
      ["^src/(?!edge/|$1/)(next|web|edge|cli|testing|prisma-8)/"],
    ),
    forbid("testing-knows-edge-and-next", "Its browser runs the code of a Next.js app.", { path: "^src/testing/" }, [
      "^src/(web|cli|prisma-8)/",
    ]),
    forbid(
      "only-next-imports-next",
      "The other entries run without Next.js.",
      { path: "^src/", pathNot: "^src/next/" },
      ["^next(/|$)", "node_modules/next/"],
    ),
    forbid("no-file-imports-prisma", "The user passes the model of a Prisma client.", { path: "^src/" }, [
      "^@?prisma(/|$)",
      "node_modules/(@prisma|prisma)/",
    ]),
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
