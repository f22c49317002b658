// Next.js runs this file in the browser, before its own code.
import { reloadOnBackButton } from "./lib/back-button.ts";

reloadOnBackButton();
