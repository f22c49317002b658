import type { Metadata } from "next";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: "Minimal example of prisma-db-session" };

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" style={{ colorScheme: "light dark", fontFamily: "system-ui" }}>
      <body>
        <main>{children}</main>
      </body>
    </html>
  );
}
