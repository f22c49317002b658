// Next.js runs this in the browser, before anything of its own.
import { askAnewOnTheWayBack } from "./lib/back-button.ts";

askAnewOnTheWayBack();
