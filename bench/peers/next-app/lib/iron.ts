import { getIronSession } from "iron-session";
import { cookies } from "next/headers";
import type { KILOBYTE } from "../../../kilobyte";

const options = { password: `${process.env.SESSION_SECRET}`, cookieName: "iron" };

export const getSession = async () => getIronSession<typeof KILOBYTE>(await cookies(), options);
