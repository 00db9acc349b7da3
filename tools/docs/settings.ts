/** The texts of docs/settings.md and .env.example. Defaults, readers and accepted values come from the code that reads them. */

export interface SettingText {
  /** Markdown, one or more sentences. */
  meaning: string;
  /** For a variable that no env schema holds: its default, and what reads it. */
  elsewhere?: { default: string; readBy: string; expected?: string };
}

export interface SettingGroup {
  title: string;
  /** Markdown. */
  intro?: string;
  settings: Readonly<Record<string, SettingText>>;
}

const inPlugin = (plugin: string, fallback: string, expected?: string) => ({
  elsewhere: { default: fallback, readBy: `gateway, plugin ${plugin}`, ...(expected && { expected }) },
});

const byStart = (expected?: string) => ({
  elsewhere: { default: '', readBy: '`npm start` and `npm test`', ...(expected && { expected }) },
});

const byMigration = () => ({
  elsewhere: { default: '', readBy: '`npm run db:migrate` and `npm start`' },
});

export const SETTING_GROUPS: readonly SettingGroup[] = [
  {
    title: 'Gateway',
    settings: {
      PROCTOR_APP_PORT: { meaning: 'Port of the HTTP API.' },
      PROCTOR_APP_HOST: { meaning: 'Address to listen on. `npm start` always uses 127.0.0.1.' },
      PROCTOR_PUBLIC_URL: {
        meaning:
          'Address that browsers use, if it is not the address of the gateway itself. The `Origin` of WebSockets, and with authentication off of every request, is checked against it. Links in notifications start with it, including its path.',
      },
      PROCTOR_ALLOWED_HOSTS: {
        meaning:
          'Comma-separated host names or addresses, without ports, that clients may use in `Host` while authentication is off, besides `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]` and the host of `PROCTOR_PUBLIC_URL`. Set it if clients reach such a gateway by another name, such as that of its container. Unset: none.',
      },
      PROCTOR_TRUST_PROXY: {
        meaning:
          'Whose `X-Forwarded-*` headers count: the number of proxies in front of the gateway, such as `1`, if clients can reach it only through them, or a comma-separated list of their addresses or CIDR ranges (also `loopback`, `linklocal`, `uniquelocal`). `false`: nobody’s. `true` is refused: any client could choose the address that limits and the audit trail see. Behind a proxy that is not trusted, all users seem to have the same address and share its limits.',
      },
      PROCTOR_MIN_CLIENT_VERSION: {
        meaning: 'Oldest `Client-Version` that is accepted, such as `v2.0.8`. Unset: any version.',
      },
      PROCTOR_LOGS_STREAM_READ_BUFFER_SIZE: { meaning: 'Largest inbound WebSocket message, in bytes.' },
      PROCTOR_LOGS_STREAM_WRITE_BUFFER_SIZE: {
        meaning: 'Bytes that the gateway buffers for each viewer of a live log.',
      },
      PROCTOR_LOGS_STREAM_PATIENCE_SECONDS: {
        meaning: 'Seconds after which a viewer who does not read is disconnected.',
      },
      PROCTOR_QUEUE_LIMIT: {
        meaning:
          'How many executions may wait. Beyond this limit `POST /execution` answers 429. A single user gets 429 beyond half of it. Ticks of schedules are always accepted.',
      },
      PROCTOR_AUDIT_HEADS_URL: {
        meaning:
          'URL that receives the head of the [audit chain](audit.md#heads), at most once a minute. Unset: it is only logged.',
      },
      PROCTOR_AUDIT_HEADS_SECRET: {
        meaning: 'Key that signs the heads of the audit chain. Unset: they are not signed.',
      },
      PROCTOR_REQUESTS_PER_SECOND: {
        meaning:
          'How many requests one account may make a second, for as long as it wants; without an account, one address. Counted by each gateway process. Beyond it the answer is 429 with `Retry-After`. 0: no limit.',
      },
      PROCTOR_REQUESTS_BURST: { meaning: 'How many requests it may make at once after a pause.' },
      PROCTOR_COSTLY_REQUESTS_PER_SECOND: {
        meaning:
          'The same for requests that take much processor time: those marked in [REST API](rest.md), and bodies of more than 64 KiB. 0: no limit.',
      },
      PROCTOR_COSTLY_REQUESTS_BURST: {
        meaning: 'How many costly requests it may make at once after a pause.',
      },
      PROCTOR_STREAMS_PER_CALLER: {
        meaning: 'How many logs and exports one account may read at a time. Beyond it the answer is 429.',
      },
      PROCTOR_MAX_STREAMS: {
        meaning:
          'How many logs and exports one gateway process sends at a time. Beyond it the answer is 503.',
      },
      PROCTOR_CONNECTIONS_PER_ADDRESS: {
        meaning:
          'How many connections one address may have open to one gateway process. A new one replaces the oldest that carries no admitted request. Not applied with `PROCTOR_TRUST_PROXY`, where a proxy holds the connections of all clients.',
      },
      PROCTOR_MAX_CONNECTIONS: {
        meaning:
          'How many connections one gateway process has open in all. It needs as many file descriptors, and a few hundred more.',
      },
      PROCTOR_SCHEDULES_PER_OWNER: {
        meaning: 'How many schedules one user may have. Beyond this limit `POST /schedule` answers 409.',
      },
      PROCTOR_ALLOWED_NAMESPACES: {
        meaning:
          'Comma-separated namespaces, besides the default one, that procs may run in. Set it alike for gateway and worker. The lists below name objects of these namespaces as `namespace/name`. Unset: none.',
      },
      PROCTOR_ALLOWED_SERVICE_ACCOUNTS: {
        meaning: 'Comma-separated service accounts that procs may name. Unset: any.',
      },
      PROCTOR_ALLOWED_IMAGE_REGISTRIES: {
        meaning:
          'Comma-separated registries that images may come from, with or without a path (`registry.example/team`). Unset: any.',
      },
      PROCTOR_ALLOWED_NODE_SELECTORS: {
        meaning: 'Comma-separated node selectors that procs may use, as `key` or `key=value`. Unset: any.',
      },
      PROCTOR_ALLOWED_PULL_SECRETS: {
        meaning: 'Comma-separated image pull secrets that procs may name. Unset: any.',
      },
      PROCTOR_ALLOWED_PRIORITY_CLASSES: {
        meaning: 'Comma-separated priority classes that procs may name. Unset: any.',
      },
      PROCTOR_ALLOWED_RUNTIME_CLASSES: {
        meaning: 'Comma-separated runtime classes that procs may name. Unset: any.',
      },
      PROCTOR_ALLOWED_PULL_POLICIES: {
        meaning: 'Comma-separated image pull policies that procs may set. Unset: any.',
      },
      PROCTOR_ALLOWED_QUEUES: {
        meaning: 'Comma-separated queues of Kueue that procs may name. Unset: any.',
      },
      PROCTOR_ALLOWED_CONFIG_MAPS: {
        meaning: "Comma-separated ConfigMaps of the procs' namespace that procs may use. Unset: none.",
      },
      PROCTOR_ALLOWED_SECRETS: {
        meaning:
          "Comma-separated Kubernetes Secrets of the procs' namespace that procs may use. Proctor's own are never allowed. Unset: none.",
      },
      PROCTOR_ALLOWED_ANNOTATIONS: {
        meaning:
          'Comma-separated annotations that procs and pod templates may have, and labels of pod templates, as `key` or `key=value`; a `*` in a key stands for any characters but `/`. A cluster may grant cloud roles, sidecars or networks by them. Set it alike for gateway and worker. Unset: keys without a prefix, and those that were in use when the installation got this setting.',
      },
      PROCTOR_ALLOWED_FILES_SIZE: {
        meaning:
          'Largest size of all `files` of a proc, such as `64Ki`; `0` allows none. Unset: 512Ki, which is also the most.',
      },
      PROCTOR_ALLOWED_HOST_ACCESS: {
        meaning:
          'Comma-separated access to nodes that pod templates may ask for: `hostNetwork`, `hostPID`, `hostIPC`, `hostPorts`, `shareProcessNamespace`, and folders of nodes such as `/var/log`. Unset: none.',
      },
      PROCTOR_ALLOWED_PRIVILEGES: {
        meaning:
          'Comma-separated rights that pod templates may add: `privileged`, `allowPrivilegeEscalation`, and capabilities such as `NET_ADMIN`. Unset: none.',
      },
      PROCTOR_ALLOWED_CONTAINERS: {
        meaning:
          "Comma-separated containers that pod templates may run beside the proc's, init containers included: `name`, with any allowed image, or `name=image`. Unset: none.",
      },
      PROCTOR_ALLOWED_SCRATCH_SIZE: {
        meaning: 'Largest `scratch` that a proc may ask for, such as `10Gi`. Unset: any.',
      },
      PROCTOR_ALLOWED_RUN_AS_IDS: {
        meaning:
          'Comma-separated ids and ranges (`1000,2000-2999`) that procs may set as `run_as_user`, `run_as_group` and `fs_group`. Unset: any that `PROCTOR_POD_SECURITY` allows.',
      },
      PROCTOR_DOCS_PATH: {
        meaning: 'Ignored, for compatibility with v2: the API page is built in.',
        elsewhere: { default: '', readBy: 'nothing' },
      },
    },
  },
  {
    title: 'Authentication',
    intro:
      'See [Access](access.md). Give the gateway and the scheduler the same values of the settings that both read.',
    settings: {
      PROCTOR_AUTH_ENABLED: {
        meaning:
          'Whether users must sign in. Without authentication everyone who can connect is an administrator; requests from web pages of other sites are refused with 403.',
      },
      PROCTOR_AUTH_PLUGIN_BINARY: {
        meaning:
          'Where users come from: `postgres`, `gate`, `oidc`, the path of a JavaScript module, or the name of a package.',
      },
      PROCTOR_AUTH_PLUGIN_EXPORTED: { meaning: 'Name of the export to use of a custom plugin.' },
      PROCTOR_REQUIRED_ADMIN_GROUP: {
        meaning: 'Comma-separated groups. Members of all of them are administrators. Unset: `proctor_admin`.',
      },
      PROCTOR_AUTH_REQUIRED_ADMIN_GROUP: {
        meaning:
          'The name under which v2 read this setting. Used if `PROCTOR_REQUIRED_ADMIN_GROUP` is not set.',
      },
      PROCTOR_FAILED_LOGINS_PER_ADDRESS: {
        meaning: 'Failed logins per minute from one address, beyond which it gets 429.',
      },
      PROCTOR_FAILED_LOGINS_PER_IDENTITY: {
        meaning: 'Failed logins per minute for one email, beyond which logins with it get 429.',
      },
      PROCTOR_TOKEN_DEFAULT_DAYS: {
        meaning:
          'Days after which a token expires for which no other lifetime is requested. Unset: after `PROCTOR_TOKEN_MAX_DAYS`, without that never.',
      },
      PROCTOR_TOKEN_MAX_DAYS: {
        meaning:
          'Days that a new token may live at most, those of the operator included. Unset: a token may be created without expiry. Tokens that exist are not changed.',
      },
      PROCTOR_SESSION_IDLE_MINUTES: {
        meaning:
          'Minutes after which a browser is signed out that makes no request. An open live log counts as requests.',
      },
      PROCTOR_SESSION_MAX_HOURS: {
        meaning:
          'Hours after which a browser is signed out in any case. It is earlier if the token ends that it was signed in with.',
      },
      PROCTOR_ADMIN_EMAIL: {
        meaning: 'Email of the administrator that the first start creates.',
        elsewhere: {
          default: 'admin@localhost',
          readBy: '`npm start` and `create-admin.js`',
          expected: 'an email address',
        },
      },
      PROCTOR_SIGN_IN_TRUST_HOURS: {
        meaning:
          "How long the scheduler trusts the plugin's answer at the last sign-in of a schedule's owner.",
      },
    },
  },
  {
    title: 'OpenID Connect',
    intro: 'Used only with `PROCTOR_AUTH_PLUGIN_BINARY=oidc`.',
    settings: {
      PROCTOR_OIDC_ISSUER: {
        meaning:
          'The issuer, exactly as in the `iss` claim of its tokens. `http://` is allowed only on loopback.',
        ...inPlugin('oidc', '', 'an https:// address'),
      },
      PROCTOR_OIDC_CLIENT_ID: {
        meaning: 'Client id under which the issuer knows Proctor.',
        ...inPlugin('oidc', ''),
      },
      PROCTOR_OIDC_CLIENT_SECRET: {
        meaning: 'Secret of the client. Unset: Proctor is a public client.',
        ...inPlugin('oidc', ''),
      },
      PROCTOR_OIDC_AUDIENCE: {
        meaning: 'Audience that is accepted in addition to the client id.',
        ...inPlugin('oidc', ''),
      },
      PROCTOR_OIDC_EMAIL_CLAIM: {
        meaning: 'Claim that holds the email address. Choose one that users cannot change themselves.',
        ...inPlugin('oidc', 'email'),
      },
      PROCTOR_OIDC_GROUPS_CLAIM: {
        meaning: 'Claim that holds the groups; may be a dotted path such as `realm_access.roles`.',
        ...inPlugin('oidc', 'groups'),
      },
      PROCTOR_OIDC_SCOPES: {
        meaning: 'Scopes that `proctor login` requests.',
        ...inPlugin(
          'oidc',
          'openid email profile groups offline_access',
          'a space-separated list of scopes that includes openid',
        ),
      },
    },
  },
  {
    title: 'Gate',
    intro: 'Used only with `PROCTOR_AUTH_PLUGIN_BINARY=gate`.',
    settings: {
      GATE_PLUGIN_HOST: {
        meaning: 'Host of the Gate server, with a port if needed.',
        ...inPlugin('gate', ''),
      },
      GATE_PLUGIN_PROTOCOL: { meaning: '`https` or `http`.', ...inPlugin('gate', 'https', 'https or http') },
      GATE_PLUGIN_PROFILE_PATH: {
        meaning: 'Path on the Gate server that returns the profile of a user.',
        ...inPlugin('gate', 'api/v1/users/profile', 'a path without a query'),
      },
    },
  },
  {
    title: 'Secrets, logs and health',
    settings: {
      PROCTOR_SECRET_KEY: {
        meaning:
          'Key that encrypts the secrets of procs: 32 random bytes as base64 or hex, for example from `openssl rand -base64 32`. Must be the same on all services that read it. The notifier starts without it, but callbacks wait. `npm start` creates one in `.proctor/secret.key`. If it is lost, all secrets must be set again. See [Rotating the secret key](operations.md#rotating-the-secret-key).',
      },
      PROCTOR_SECRET_KEY_ALSO: {
        meaning:
          'Other keys that are accepted: they open what they encrypted, and encrypt nothing. Comma-separated. Only while the [secret key is rotated](operations.md#rotating-the-secret-key).',
      },
      PROCTOR_LOG_LEVEL: {
        meaning:
          'Least severe level that is logged: `debug`, `info`, `warn`, `error`, `fatal` or `panic` (the same as `fatal`).',
      },
      PROCTOR_HEALTH_HOST: {
        meaning: 'Address that `PROCTOR_HEALTH_PORT` is opened on.',
      },
      PROCTOR_HEALTH_PORT: {
        meaning:
          'Port that serves `/health/live` and `/health/ready` and nothing else. Open it only to the probes: it has no limits. Unset: no such port; the gateway still serves both on its own. `npm start` picks free ports for the other services.',
      },
    },
  },
  {
    title: 'Telemetry',
    intro:
      'See [Metrics](operations.md#metrics). The names that begin with `OTEL_` are defined by OpenTelemetry.',
    settings: {
      PROCTOR_NEW_RELIC_APP_NAME: {
        meaning: 'Name of the application in New Relic. Set both New Relic variables, or neither.',
      },
      PROCTOR_NEW_RELIC_LICENCE_KEY: {
        meaning:
          'Licence key; if set, metrics are sent to New Relic. If an OTLP endpoint is set too, metrics and key are sent there instead.',
      },
      OTEL_EXPORTER_OTLP_ENDPOINT: {
        meaning: 'Collector to which metrics are sent, by OTLP over HTTP. `/v1/metrics` is appended.',
      },
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: {
        meaning: 'The same, but takes precedence, and nothing is appended.',
      },
      OTEL_EXPORTER_OTLP_HEADERS: { meaning: 'Headers for the collector, as `name=value,name=value`.' },
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: { meaning: 'Further headers for metrics.' },
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: {
        meaning:
          'Whether sums count from the start of the process or from the last export. Unset: `cumulative`, or `delta` with a New Relic key.',
      },
      OTEL_SERVICE_NAME: {
        meaning:
          'Name under which the collector shows the process. Unset: `proctor-` and the name of the service.',
      },
      OTEL_RESOURCE_ATTRIBUTES: { meaning: 'Attributes of every metric, as `name=value,name=value`.' },
      OTEL_METRIC_EXPORT_INTERVAL: { meaning: 'Milliseconds between two exports.' },
      OTEL_SDK_DISABLED: { meaning: 'Set to `true` to send no metrics.' },
    },
  },
  {
    title: 'Postgres',
    intro:
      'If `PROCTOR_POSTGRES_HOST` is unset, `npm start` starts a Postgres of its own. The services themselves require one.',
    settings: {
      PROCTOR_POSTGRES_HOST: { meaning: 'Host of Postgres: a name, an address, or the folder of a socket.' },
      PROCTOR_POSTGRES_PORT: { meaning: 'Port of Postgres.' },
      PROCTOR_POSTGRES_USER: {
        meaning:
          'Role that the services connect as. It should own nothing: see [Database roles](operations.md#database-roles).',
      },
      PROCTOR_POSTGRES_PASSWORD: { meaning: 'Password of the role. Unset: none.' },
      PROCTOR_POSTGRES_OWNER_USER: {
        meaning: 'Role that owns the tables, as which migrations run. Unset: `PROCTOR_POSTGRES_USER`.',
        ...byMigration(),
      },
      PROCTOR_POSTGRES_OWNER_PASSWORD: {
        meaning: 'Password of that role. Do not give it to the services.',
        ...byMigration(),
      },
      PROCTOR_POSTGRES_DATABASE: { meaning: 'Name of the database.' },
      PROCTOR_POSTGRES_SSL_MODE: {
        meaning:
          'As in libpq: `require` encrypts, `verify-ca` also checks who issued the certificate of the server, and `verify-full` also that it is for this host. See [TLS to Postgres and Redis](operations.md#tls-to-postgres-and-redis).',
      },
      PROCTOR_POSTGRES_SSL_CA: {
        meaning:
          'File with the certificate authority of the server. Unset: the well-known authorities, and those of `NODE_EXTRA_CA_CERTS`.',
      },
      PROCTOR_POSTGRES_SSL_CERT: { meaning: 'File with a client certificate. Unset: none is sent.' },
      PROCTOR_POSTGRES_SSL_KEY: {
        meaning: 'File with the private key of the client certificate, without a passphrase.',
      },
      PROCTOR_POSTGRES_MAX_CONNECTIONS: { meaning: 'Upper limit on the connections of one process.' },
      PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME: {
        meaning: 'Minutes after which a connection is replaced. 0: never.',
      },
    },
  },
  {
    title: 'Redis',
    intro:
      'If `PROCTOR_REDIS_ADDRESS` is unset, `npm start` starts a Redis of its own. The services themselves require one.',
    settings: {
      PROCTOR_REDIS_ADDRESS: { meaning: 'Address of Redis, as `host:port`.' },
      PROCTOR_REDIS_USERNAME: {
        meaning: 'User of the access control list of Redis. Unset: the default user.',
      },
      PROCTOR_REDIS_PASSWORD: { meaning: 'Password of Redis. Unset: none.' },
      PROCTOR_REDIS_TLS: {
        meaning:
          'Whether connections are encrypted, and the certificate of the server is checked for its authority and its host.',
      },
      PROCTOR_REDIS_TLS_CA: {
        meaning:
          'File with the certificate authority of the server. Unset: the well-known authorities, and those of `NODE_EXTRA_CA_CERTS`.',
      },
      PROCTOR_REDIS_TLS_CERT: { meaning: 'File with a client certificate. Unset: none is sent.' },
      PROCTOR_REDIS_TLS_KEY: {
        meaning: 'File with the private key of the client certificate, without a passphrase.',
      },
      PROCTOR_REDIS_MAX_ACTIVE_CONNECTIONS: { meaning: 'Upper limit on the connections of one process.' },
    },
  },
  {
    title: 'Kubernetes',
    intro:
      'If `PROCTOR_KUBE_CONFIG` is unset, a worker uses the cluster it runs in, and `npm start` starts the sandbox, which runs procs on this machine.',
    settings: {
      PROCTOR_KUBE_CONFIG: {
        meaning: '`out-of-cluster` uses the kubeconfig in `KUBECONFIG`, or `~/.kube/config`.',
      },
      KUBECONFIG: { meaning: 'Path of a kubeconfig.' },
      PROCTOR_KUBE_CONTEXT: {
        meaning: "Context of the kubeconfig. `default` is the file's current context.",
      },
      PROCTOR_KUBE_HTTP2: {
        meaning:
          'Speaks HTTP/2 to an API server that can: a few connections instead of one for each log. `false`: HTTP/1.1 always.',
      },
      PROCTOR_DEFAULT_NAMESPACE: { meaning: 'Namespace that Jobs are created in.' },
      PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS: {
        meaning: 'Time limit of one attempt in seconds, for procs without `timeout_seconds`.',
      },
      PROCTOR_KUBE_JOB_RETRIES: { meaning: 'Retries of an execution, for procs without `retries`.' },
      PROCTOR_KUBE_SERVICE_ACCOUNT_NAME: {
        meaning: 'Service account of pods, for procs without `service_account`. Unset: no token is mounted.',
      },
      PROCTOR_JOB_POD_ANNOTATIONS: { meaning: 'Annotations of every pod, as a JSON object of strings.' },
      PROCTOR_POD_SECURITY: {
        meaning:
          "Level of Kubernetes' Pod Security Standards that every pod meets. `restricted` refuses procs that ask for root, and runs images as `PROCTOR_JOB_RUN_AS_USER`; `baseline` lets images run as root. Give the gateway and the workers the same value. Unset: `restricted`; in installations that are older than this setting `baseline`.",
      },
      PROCTOR_JOB_RUN_AS_USER: {
        meaning:
          "User id of containers, for procs without `run_as_user`; `image` leaves it to the image, which must then name a user by number at level `restricted`. Unset: 65532 at level `restricted`, else the image's user.",
      },
      PROCTOR_JOB_RUN_AS_GROUP: {
        meaning:
          'Group id of containers, for procs without `run_as_group`; `image` leaves it to the image. Unset: as for `PROCTOR_JOB_RUN_AS_USER`.',
      },
      PROCTOR_JOB_FS_GROUP: {
        meaning: 'Group id that owns the files of volumes, for procs without `fs_group`. Unset: none.',
      },
      PROCTOR_JOB_READ_ONLY_ROOT_FILESYSTEM: {
        meaning:
          "Whether containers cannot write to their image's files, for procs without `read_only_root_filesystem`.",
      },
      PROCTOR_KUBE_POD_LIST_WAIT_TIME: {
        meaning:
          'Seconds to wait for an image to be pulled. A Job or a pod may take longer to start: see `PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT`. Unset: 60.',
      },
      PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME: {
        meaning:
          'The name under which v2 read this setting. Used if `PROCTOR_KUBE_POD_LIST_WAIT_TIME` is not set.',
      },
      PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: {
        meaning:
          'A Job or a pod may take this many times `PROCTOR_KUBE_POD_LIST_WAIT_TIME` to start before its execution fails.',
      },
      PROCTOR_KUBE_REFUSED_WAIT_TIME: {
        meaning:
          'Seconds for which Kubernetes may refuse a Job or its pods, because of a full quota or a webhook that is down. Time in which it does not answer is not counted.',
      },
    },
  },
  {
    title: 'Executions',
    settings: {
      PROCTOR_KUBE_QUEUE_WAIT_TIME: {
        meaning:
          'For how long, in seconds, a queue may keep a Job suspended. Then its execution ends with the reason. Without a `queue`, the same holds for a Job that someone suspends.',
      },
      PROCTOR_WORKER_CONCURRENCY: { meaning: 'Executions that one worker follows at a time.' },
      PROCTOR_USER_SHARE: {
        meaning: 'Executions of one user that are admitted at a time. Further ones wait their turn.',
      },
      PROCTOR_LOG_LIMIT_BYTES: {
        meaning:
          'How many bytes of the log of one execution are stored. Of a longer log the head and the end are kept.',
      },
    },
  },
  {
    title: 'Schedules and retention',
    settings: {
      PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS: {
        meaning:
          'Minutes between two full checks of the next fire times. Whatever the value, a changed schedule takes effect at once.',
      },
      PROCTOR_RETENTION_DAYS: {
        meaning:
          'Days after which ended executions with their logs, ticks, notifications and sign-ins are removed. The audit trail is never removed. Unset: everything is kept.',
      },
    },
  },
  {
    title: 'Notifications',
    intro: 'See [Notifications](notifications.md).',
    settings: {
      PROCTOR_MAIL_SERVER_HOST: { meaning: 'SMTP server. Unset: no email is sent.' },
      PROCTOR_MAIL_SERVER_PORT: {
        meaning: 'Port of the SMTP server. Unset: 587, or 465 with `PROCTOR_MAIL_TLS=implicit`.',
      },
      PROCTOR_MAIL_USERNAME: { meaning: 'User name at the SMTP server. Unset: no login.' },
      PROCTOR_MAIL_PASSWORD: { meaning: 'Password at the SMTP server.' },
      PROCTOR_MAIL_FROM: {
        meaning:
          'Sender. Unset: the user name if it is an address, otherwise `proctor@` and the host name of the machine.',
      },
      PROCTOR_MAIL_ALLOWED_DOMAINS: {
        meaning:
          'Comma-separated domains that email may go to: `example.com`, or `*.example.com` for those below it. Checked when a schedule or preference is written (gateway) and at each delivery (notifier): give both the same value. Unset: any.',
      },
      PROCTOR_MAIL_QUOTA_PER_HOUR: {
        meaning:
          'How many emails the executions and schedules of one owner may cause in any 60 minutes, counted over all notifiers. Further ones are `failed`, with a reason; an administrator can resend them.',
      },
      PROCTOR_MAIL_MIN_INTERVAL_SECONDS: {
        meaning:
          'The least time between two ticks of a schedule that sends email. Schedules that exist go on until their times or emails change.',
      },
      PROCTOR_MAIL_TLS: {
        meaning:
          'Encryption: `starttls` (if the server offers it), `required`, `implicit` or `off`. Unset: `starttls`, or `implicit` with port 465. To trust a private certificate authority set `PROCTOR_CA_FILE`.',
      },
      SLACK_PLUGIN_URL: { meaning: 'Incoming webhook of Slack. Unset: nothing is sent to Slack.' },
      PROCTOR_WEBHOOK_URL: { meaning: 'URL that receives every event as JSON. Unset: no webhook.' },
      PROCTOR_WEBHOOK_SECRET: {
        meaning: 'Key that signs webhooks and callbacks. Unset: they are not signed.',
      },
      PROCTOR_OUTBOUND_ALLOWED: {
        meaning:
          'Private destinations that a `callback_url` may reach: comma-separated CIDR ranges, addresses and host names, such as `10.0.0.0/8,hooks.internal`. URLs that the operator sets (`PROCTOR_WEBHOOK_URL`, `SLACK_PLUGIN_URL`) are not restricted.',
      },
      PROCTOR_NOTIFICATION_PLUGIN_BINARY: {
        meaning:
          'Comma-separated plugins: `slack` and `webhook`, which ship with Proctor, paths of modules, or packages.',
      },
      PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: {
        meaning:
          'Comma-separated names of the exports of these plugins, in the same order. Unset: `Notification`.',
      },
      PROCTOR_NOTIFICATION_ATTEMPTS: { meaning: 'Attempts before a delivery fails for good.' },
      PROCTOR_NOTIFICATION_RETRY_SECONDS: {
        meaning: 'Seconds before the first retry. Each further pause is longer, up to 15 minutes.',
      },
      PROCTOR_NOTIFICATION_SEND_SECONDS: { meaning: 'Seconds that one attempt to send may take.' },
    },
  },
  {
    title: 'Connections to other servers',
    intro:
      'For what the gateway asks of an issuer or of Gate, and for what the notifier sends. See [Proxies and certificates](operations.md#proxies-and-certificates).',
    settings: {
      HTTP_PROXY: {
        meaning:
          'HTTP proxy for `http://` addresses, such as `http://USER:PASSWORD@proxy.example.com:3128`. `http_proxy` wins. Unset: none.',
      },
      HTTPS_PROXY: {
        meaning: 'HTTP proxy for `https://` addresses. `https_proxy` wins. Unset: none.',
      },
      NO_PROXY: {
        meaning:
          'Comma-separated hosts (with their subdomains), addresses and CIDR ranges that are reached without a proxy, or `*`. `no_proxy` wins. Loopback is never proxied.',
      },
      PROCTOR_CA_FILE: {
        meaning:
          'Absolute path of a file with certificates (PEM) to trust besides the well-known authorities, for example that of your company. `NODE_EXTRA_CA_CERTS` works too, for all that a service connects to.',
      },
    },
  },
  {
    title: 'Development',
    intro: 'Read by scripts, not by the services.',
    settings: {
      PROCTOR_POSTGRES_BINARIES: {
        meaning:
          '`system`, `embedded` (the npm package), or a folder with `initdb` and `postgres`. Unset: the first of these that is found.',
        ...byStart(),
      },
      REDIS_SERVER_BIN: {
        meaning:
          'A `redis-server` or `valkey-server` program. Unset: from `PATH`, otherwise the Debian package is unpacked into `.proctor/cache`.',
        ...byStart(),
      },
      LOCAL_CONFIG_DIR: {
        meaning: "Folder of the CLI's configuration. Unset: `~/.proctor`.",
        elsewhere: { default: '', readBy: 'CLI and `npm start`' },
      },
    },
  },
];
