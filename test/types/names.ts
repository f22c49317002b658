// Compiled, never run: the name of every type that the package exports can be imported and used.
import type {
  ClearExpiredOptions,
  Codec,
  CodecContext,
  Columns,
  ConfigError,
  ConflictError,
  CookieOptions,
  CreateError,
  DbSession,
  ErrorClass,
  ExpiredRows,
  Expiry,
  ExpiryOptions,
  FilledColumns,
  FindExpiredOptions,
  FindMatchingOptions,
  ListedSession,
  MatchingRow,
  MatchingRows,
  ModelWhere,
  OwnColumns,
  RevokeOptions,
  RowChanges,
  SchemaIssue,
  SchemaResult,
  SecretKeys,
  SerializationError,
  Serializer,
  SessionBase,
  SessionDelegate,
  SessionError,
  SessionEvent,
  SessionEventListener,
  SessionInterruptedError,
  SessionNotLoadedError,
  SessionReadOnlyError,
  SessionRow,
  SessionStore,
  Sessions,
  SessionsOptions,
  StandardSchema,
  StoredRow,
  UpdateError,
  UpdateGuard,
  UpdateOutcome,
} from "prisma-db-session";
import type { SameOriginOptions, SessionCookieName } from "prisma-db-session/edge";
import type {
  GetSession,
  NextSessions,
  NextSessionsOptions,
  ProxyRequest,
  ProxyResponse,
  WithSessionOptions,
} from "prisma-db-session/next";
import type { Prisma8Model } from "prisma-db-session/prisma-8";
import type {
  BrowserCookie,
  ConformanceOptions,
  ConformanceTest,
  SignedInCookie,
  TestBrowser,
  TestBrowserOptions,
  TestCookie,
  TestCookieOptions,
  TestCookies,
  TestedApp,
  TestOutcome,
} from "prisma-db-session/testing";
import type { ResponseHeaders, WebSessions, WithHeaders } from "prisma-db-session/web";

interface Data {
  userId: number;
}

/** One property for each name. */
export interface Names {
  // What an app has.
  sessions: Sessions<Data, SessionDelegate>;
  sessionsOptions: SessionsOptions<Data, SessionDelegate>;
  session: DbSession<Data>;
  base: SessionBase<Data>;
  expiry: Expiry;
  expiryOptions: ExpiryOptions;
  cookie: CookieOptions;
  clearExpired: ClearExpiredOptions;
  revoke: RevokeOptions;
  listed: ListedSession<SessionDelegate>;
  columns: OwnColumns<SessionDelegate>;
  filled: FilledColumns<SessionDelegate>;
  where: ModelWhere<SessionDelegate>;
  event: SessionEvent;
  onEvent: SessionEventListener;

  // What a codec and a store have.
  codec: Codec;
  context: CodecContext;
  secrets: SecretKeys;
  serializer: Serializer;
  schema: StandardSchema<Data>;
  schemaResult: SchemaResult;
  schemaIssue: SchemaIssue;
  store: SessionStore;
  row: SessionRow;
  stored: StoredRow;
  values: Columns;
  changes: RowChanges;
  guard: UpdateGuard;
  outcome: UpdateOutcome;
  errorClass: ErrorClass;
  expiredRows: ExpiredRows;
  findExpired: FindExpiredOptions;
  findMatching: FindMatchingOptions;
  matchingRow: MatchingRow;
  matchingRows: MatchingRows;
  test: ConformanceTest;
  testOptions: ConformanceOptions;
  prisma8Model: Prisma8Model;

  // What the tests of an app have.
  testedApp: TestedApp;
  signedIn: SignedInCookie;
  browserCookie: BrowserCookie;
  browser: TestBrowser;
  browserOptions: TestBrowserOptions;
  outcomeOfAction: TestOutcome<Data>;
  requestCookies: TestCookies;
  requestCookie: TestCookie;
  requestCookieOptions: TestCookieOptions;

  // Errors.
  error: SessionError;
  codes: [
    ConfigError["code"],
    ConflictError["code"],
    CreateError["code"],
    SerializationError["code"],
    SessionInterruptedError["code"],
    SessionNotLoadedError["code"],
    SessionReadOnlyError["code"],
    UpdateError["code"],
  ];

  // What the entries for requests have.
  next: NextSessions<Data, SessionDelegate>;
  nextOptions: NextSessionsOptions<Data, SessionDelegate>;
  getSession: GetSession<Data>;
  withSession: WithSessionOptions;
  proxyRequest: ProxyRequest;
  proxyResponse: ProxyResponse;
  web: WebSessions<Data, SessionDelegate>;
  request: WithHeaders;
  headers: ResponseHeaders;
  sameOrigin: SameOriginOptions;
  cookieName: SessionCookieName;
}
