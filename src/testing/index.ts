export { type ConformanceOptions, type ConformanceTest, storeConformanceTests } from "./store-conformance.ts";
