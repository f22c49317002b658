import { type Check, failed, passed, sqlOf, tableOf } from "../check.ts";

const providers = ["mysql"] as const;

/** Without strict mode, MySQL truncates long texts and reports success. */
export const strictMode: Check = {
  id: "strict-mode",
  providers,
  needs: ["connection"],
  async run(subject) {
    const modes = String(await sqlOf(subject).value("SELECT @@SESSION.sql_mode AS mode")).split(",");
    const strict = modes.find((mode) => /^(STRICT_TRANS_TABLES|STRICT_ALL_TABLES)$/.test(mode));
    if (strict) return passed(`The connection has ${strict}.`);
    return failed(
      "The connection is not in strict mode: texts that are too long are shortened and acknowledged.",
      "Add STRICT_TRANS_TABLES to the server's `sql_mode`, and do not remove it for the connection.",
    );
  },
};

/** Only utf8mb4 can store every character. */
export const charset: Check = {
  id: "character-set",
  providers,
  needs: ["table"],
  async run(subject) {
    const table = tableOf(subject);
    const connection = String(await table.sql.value("SELECT @@SESSION.character_set_client AS charset"));
    const sets = { "the connection": connection, data: table.column("data")?.charset };
    const wrong = Object.entries(sets).filter(([, name]) => name !== undefined && name !== "utf8mb4");
    if (wrong.length === 0) return passed("The connection and data have utf8mb4.");
    return failed(
      `The character set of ${wrong.map(([what, name]) => `${what} is ${name}`).join(", of ")}, which lacks many characters.`,
      `Run \`ALTER TABLE ${table.name} CONVERT TO CHARACTER SET utf8mb4\`, and connect with utf8mb4.`,
    );
  },
};

/** On Galera, another node may not have applied a write yet. */
export const galera: Check = {
  id: "galera",
  providers,
  needs: ["connection"],
  async run(subject) {
    const rows = await sqlOf(subject).query("SHOW VARIABLES WHERE Variable_name IN ('wsrep_on', 'wsrep_sync_wait')");
    const settings = new Map(rows.map((row) => Object.values(row).map(String) as [string, string]));
    if (settings.get("wsrep_on") !== "ON") return passed("The server is not a node of Galera.");
    const wait = Number(settings.get("wsrep_sync_wait"));
    if (wait & 1) return passed(`wsrep_sync_wait is ${wait}, so a reading waits for the writes of other nodes.`);
    return failed(
      `wsrep_sync_wait is ${wait}, so a reading on another node may not see a write yet.`,
      'Set it on the adapter: `initSql: ["SET SESSION wsrep_sync_wait=7"]`, or for the server.',
    );
  },
};
