export interface Access {
  url: string;
  token: string;
  certificatePem: string;
  namespace: string;
}

/** A kubeconfig with a single, current context. Written as JSON, which is valid YAML. */
export function formatKubeconfig({ url, token, certificatePem, namespace }: Access): string {
  const name = 'kube-sandbox';
  const authority = Buffer.from(certificatePem).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
