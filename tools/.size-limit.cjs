// What each entry may weigh in an application: minified and compressed with brotli, with all that
// it imports.
const entry = (name, limit) => ({
  name,
  path: `../dist/${name}.js`,
  limit,
  ignore: ["next"],
  modifyEsbuildConfig: (config) => ({ ...config, platform: "node", format: "esm" }),
});

module.exports = [
  entry("index", "19.5 kB"),
  entry("next/index", "21.5 kB"),
  entry("web/index", "19.5 kB"),
  entry("edge/index", "600 B"),
  entry("prisma-8/index", "4 kB"),
  entry("testing/index", "22.5 kB"),
];
