import { cachedAuth } from "../../../lib/auth";
import { handlersOf } from "../../../lib/better-auth";

export const { GET, POST, PUT } = handlersOf(cachedAuth);
