import type { ErrorDetail } from '../app-error.js';
import { isFromRegistry, type AllowedSettings } from '../proc/check-allowed.js';
import { quoteForMessage } from '../proc/env-value.js';
import { volumeMount } from './check-volumes.js';
import { configMapName, describeUnlisted, listed, secretName } from './check-references.js';
import {
  anything,
  flag,
  list,
  object,
  oneOf,
  ours,
  problem,
  text,
  followedBy,
  type Check,
} from './json-check.js';
import { isJsonObject, PROC_CONTAINER } from './pod-template.js';

/** The containers beside the proc's, and what is added to the proc's own. */
export function containers(allowed: AllowedSettings): Check {
  const [own, extra] = [ownContainer(allowed), extraContainer(allowed, {})];
  return list((value, path) =>
    isJsonObject(value) && value['name'] === PROC_CONTAINER ? own(value, path) : extra(value, path),
  );
}

/** Init containers, and sidecars as Kubernetes knows them: with `restartPolicy: Always`. */
export function initContainers(allowed: AllowedSettings): Check {
  const extra = extraContainer(allowed, { restartPolicy: oneOf('Always') });
  return list((value, path) =>
    isJsonObject(value) && value['name'] === PROC_CONTAINER
      ? problem(`${path}.name`, `"${PROC_CONTAINER}" is the container of the proc; choose another name`)
      : extra(value, path),
  );
}

function ownContainer(allowed: AllowedSettings): Check {
  const { privileged, allowPrivilegeEscalation, capabilities } = privileges(allowed);
  const refused = [
    'image',
    'command',
    'args',
    'env',
    'envFrom',
    'workingDir',
    'resources',
    'imagePullPolicy',
  ];
  return object({
    name: text,
    volumeMounts: list(volumeMount),
    securityContext: object({ privileged, allowPrivilegeEscalation, capabilities }),
    ...Object.fromEntries(refused.map((name) => [name, ours])),
  });
}

function extraContainer(allowed: AllowedSettings, more: Readonly<Record<string, Check>>): Check {
  const secret = object({ name: secretName(allowed), optional: flag }, 'name');
  const configMap = object({ name: configMapName(allowed), optional: flag }, 'name');
  const withKey = (name: Check) => object({ name, key: text, optional: flag }, 'name', 'key');
  const fields = object(
    {
      name: text,
      image: text,
      command: list(text),
      args: list(text),
      workingDir: text,
      env: list(
        object(
          {
            name: text,
            value: text,
            valueFrom: object({
              fieldRef: anything,
              resourceFieldRef: anything,
              secretKeyRef: withKey(secretName(allowed)),
              configMapKeyRef: withKey(configMapName(allowed)),
            }),
          },
          'name',
        ),
      ),
      envFrom: list(object({ prefix: text, secretRef: secret, configMapRef: configMap })),
      volumeMounts: list(volumeMount),
      resources: anything,
      imagePullPolicy: listed('the pull policy', allowed.imagePullPolicies, 'PROCTOR_ALLOWED_PULL_POLICIES'),
      securityContext: securityContext(allowed),
      ports: list(port(allowed)),
      startupProbe: probe,
      readinessProbe: probe,
      livenessProbe: probe,
      terminationMessagePolicy: text,
      ...more,
    },
    'name',
    'image',
  );
  return followedBy(fields, (value, path) =>
    checkListed(String(value['name']), String(value['image']), path, allowed),
  );
}

/** `name` allows any image of it, `name=image` that one. */
function checkListed(
  name: string,
  image: string,
  path: string,
  { containers: names, imageRegistries }: AllowedSettings,
): ErrorDetail[] {
  const isListed = names.includes(name) || names.includes(`${name}=${image}`);
  if (!isListed) {
    const what = `the container ${quoteForMessage(`${name}=${image}`)}`;
    return problem(path, describeUnlisted(what, names, 'PROCTOR_ALLOWED_CONTAINERS'));
  }
  if (!imageRegistries || imageRegistries.some((registry) => isFromRegistry(image, registry))) return [];
  const what = `the registry of ${quoteForMessage(image)}`;
  return problem(
    `${path}.image`,
    describeUnlisted(what, imageRegistries, 'PROCTOR_ALLOWED_IMAGE_REGISTRIES'),
  );
}

function securityContext(allowed: AllowedSettings): Check {
  const id = idIn(allowed);
  return object({
    ...privileges(allowed),
    runAsUser: id,
    runAsGroup: id,
    runAsNonRoot: allowed.podSecurity === 'restricted' ? oneOf(true) : flag,
    readOnlyRootFilesystem: flag,
    seccompProfile: object({ type: oneOf('RuntimeDefault') }, 'type'),
  });
}

function privileges({ privileges: names }: AllowedSettings) {
  const setting = 'PROCTOR_ALLOWED_PRIVILEGES';
  const unlessListed =
    (name: string): Check =>
    (value, path) =>
      value === true && !names.includes(name)
        ? problem(path, describeUnlisted(name, names, setting))
        : flag(value, path);
  return {
    privileged: unlessListed('privileged'),
    allowPrivilegeEscalation: unlessListed('allowPrivilegeEscalation'),
    capabilities: object({ add: list(listed('the capability', names, setting)), drop: list(text) }),
  };
}

/** A user or group id that the installation allows. */
export function idIn({ ids, podSecurity }: Pick<AllowedSettings, 'ids' | 'podSecurity'>): Check {
  return (value, path) => {
    if (!Number.isInteger(value)) return problem(path, 'expected a whole number');
    const id = value as number;
    if (id === 0 && podSecurity === 'restricted')
      return problem(path, 'is root, which is not allowed at Pod Security level restricted; change it');
    if (ids === null || ids.some(({ from, to }) => from <= id && id <= to)) return [];
    return problem(path, `the id ${id} is not allowed by PROCTOR_ALLOWED_RUN_AS_IDS; change it`);
  };
}

function port({ hostAccess }: AllowedSettings): Check {
  const hostPort: Check = (value, path) =>
    value === 0 || hostAccess.includes('hostPorts')
      ? []
      : problem(path, describeUnlisted('hostPorts', hostAccess, 'PROCTOR_ALLOWED_HOST_ACCESS'));
  return object({ name: text, containerPort: anything, protocol: text, hostPort });
}

/** A probe of another host would let the node send requests anywhere. */
const probe: Check = (value, path) =>
  isJsonObject(value)
    ? Object.entries(value).flatMap(([name, inner]) =>
        isJsonObject(inner) && inner['host'] !== undefined
          ? problem(`${path}.${name}.host`, 'is not supported: a probe asks its own pod; remove it')
          : [],
      )
    : problem(path, 'expected an object');
