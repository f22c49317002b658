export { type ConformanceTest, storeConformanceTests } from "./store-conformance.ts";
