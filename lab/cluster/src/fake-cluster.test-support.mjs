// @ts-check
import fs from 'node:fs'

/**
 * What a cluster holds as far as the command looks, and how the fakes are set.
 * @typedef {object} FakeState
 * @property {string[]} namespaces
 * @property {string[]} releases `namespace/name`
 * @property {string[]} pods `namespace/release` of those that `helm test` leaves
 * @property {string[]} deployments selectors that find a Deployment, with its revision after a space
 * @property {string[]} clusters those that kind knows
 * @property {string[]} forbidden what the user may not do, as `create namespaces`
 * @property {string} architectures of the nodes
 * @property {string} [down] why the API server can't be asked
 * @property {string} [hangs] a command that contains this does not end by itself
 * @property {Record<string, string>} definitions by name, with the release that Helm's annotation names
 * @property {string} [record] the ConfigMap
 * @property {Record<string, { server: string, minikube?: boolean }>} contexts
 * @property {string} current
 * @property {boolean} engine whether an engine answers docker
 * @property {string} helm its version
 * @property {string} [fails] a command that contains this fails
 */

/** @returns {FakeState} */
export function emptyState() {
  return {
    namespaces: ['default', 'kube-system'],
    releases: [],
    pods: [],
    deployments: [],
    clusters: [],
    forbidden: [],
    architectures: 'amd64',
    definitions: {},
    contexts: {},
    current: '',
    engine: true,
    helm: 'v4.2.3',
  }
}

/** @param {string | undefined} word */
const isContext = (word) => /^--(kube-)?context$/.test(word ?? '')

/**
 * @param {string} text
 * @returns {never}
 */
function fail(text) {
  throw new Error(text)
}

/**
 * Answers one command as docker, kind, kubectl or helm would, and changes the state as it would change the cluster.
 * @param {FakeState} state
 * @param {string} name
 * @param {{ words: readonly string[], input?: string | undefined }} call
 * @returns {string} what it prints
 * @throws what it prints when it fails
 */
export function answer(state, name, { words, input = '' }) {
  const line = words.filter((word, i) => !isContext(word) && !isContext(words[i - 1]))
  if (state.fails && line.join(' ').includes(state.fails)) throw new Error('Error: as the test wants it')
  const [verb = '', object = '', subject = ''] = line
  /** @param {string} flag */
  const value = (flag) => line[line.indexOf(flag) + 1] ?? ''
  const namespace = value('--namespace')
  /** @param {'namespaces' | 'releases' | 'deployments' | 'pods'} list @param {string} item */
  const remove = (list, item) => void (state[list] = state[list].filter((one) => one !== item))
  /** @param {'namespaces' | 'releases' | 'deployments' | 'pods'} list @param {string} item */
  const add = (list, item) => void (state[list].includes(item) || state[list].push(item))
  /** @type {Record<string, string>} */
  const planes = { istiod: 'app=istiod', consul: 'app=consul,component=connect-injector' }

  /** @type {Record<string, () => unknown>} */
  const answers = {
    'docker info': () => state.engine || fail('Cannot connect to the Docker daemon'),
    'docker version': () => 'amd64\n',
    'kind get': () => state.clusters.join('\n'),
    'kind create': () => {
      state.clusters.push(value('--name'))
      state.current = `kind-${value('--name')}`
      state.contexts[state.current] = { server: 'https://127.0.0.1:6443' }
    },
    'kind delete': () => {
      state.clusters = state.clusters.filter((cluster) => cluster !== value('--name'))
      delete state.contexts[`kind-${value('--name')}`]
    },
    'helm version': () => `${state.helm}+g0000000`,
    'helm list': () =>
      JSON.stringify(state.releases.map((one) => ({ namespace: one.split('/')[0], name: one.split('/')[1] }))),
    'helm upgrade': () => {
      if (!state.namespaces.includes(namespace) && !words.includes('--create-namespace')) fail('namespace not found')
      add('namespaces', namespace)
      add('releases', `${namespace}/${object}`)
      if (object === 'istio-base')
        state.definitions['virtualservices.networking.istio.io'] ??= `${namespace}/istio-base`
      if (planes[object] !== undefined) add('deployments', planes[object])
    },
    'helm test': () => add('pods', `${namespace}/${object}`),
    'kubectl delete pods': () => remove('pods', `${namespace}/${value('--selector').split('=')[1]}`),
    'helm uninstall': () => {
      remove('releases', `${namespace}/${object}`)
      if (planes[object] !== undefined) remove('deployments', planes[object])
    },
    'kubectl config': () =>
      JSON.stringify({
        'current-context': state.current,
        contexts: Object.keys(state.contexts).map((context) => ({ name: context, context: { cluster: context } })),
        clusters: Object.entries(state.contexts).map(([context, { server, minikube = false }]) => ({
          name: context,
          cluster: { server, extensions: minikube ? [{ extension: { provider: 'minikube.sigs.k8s.io' } }] : [] },
        })),
      }),
    'kubectl create namespace': () => {
      if (state.namespaces.includes(subject)) fail(`Error: namespaces "${subject}" already exists`)
      add('namespaces', subject)
    },
    'kubectl get namespaces': () => state.namespaces.map((one) => `namespace/${one}`).join('\n'),
    'kubectl get configmap': () => state.record,
    'kubectl get deployments': () =>
      JSON.stringify({
        items: state.deployments
          .map((each) => each.split(' '))
          .filter(([selector]) => selector === value('--selector'))
          .map(([, revision]) => ({
            metadata: { namespace: 'mesh', name: 'plane', labels: revision ? { 'istio.io/rev': revision } : {} },
          })),
      }),
    'kubectl version': () => state.down && fail(state.down),
    'kubectl get nodes': () => state.architectures,
    'kubectl create --validate=false': () =>
      JSON.parse(input)
        .items.map((/** @type {any} */ { spec: { resourceAttributes: attributes } }) => {
          const right = `${attributes.verb} ${attributes.resource}`
          return `${right}=${!state.forbidden.includes(right)}`
        })
        .join('\n'),
    'kubectl get customresourcedefinitions': () =>
      JSON.stringify({
        items: Object.entries(state.definitions).map(([definition, release]) => {
          const [releaseNamespace, releaseName] = release.split('/')
          const helm = { 'release-name': releaseName, 'release-namespace': releaseNamespace }
          const annotations = Object.fromEntries(
            Object.entries(helm).map(([key, text]) => [`meta.helm.sh/${key}`, text]),
          )
          return { metadata: { name: definition, annotations } }
        }),
      }),
    'kubectl api-resources': () => 'configmaps\nnamespaces',
    'kubectl apply': () => {
      if (!state.namespaces.includes(JSON.parse(input).metadata.namespace)) fail('Error: namespace not found')
      state.record = input
    },
    'kubectl delete namespace': () => {
      remove('namespaces', subject)
      if (subject === 'throughline') delete state.record
    },
    'kubectl delete configmap': () => void (subject === 'throughline-cluster' && delete state.record),
    'kubectl delete customresourcedefinitions': () => {
      for (const definition of line.slice(2)) delete state.definitions[definition]
    },
  }
  const printed = (answers[`${name} ${verb}`] ?? answers[`${name} ${verb} ${object}`])?.()
  return typeof printed === 'string' ? printed : ''
}

// As a program on PATH: <folder> <name> <its arguments>
if (process.argv[1] === import.meta.filename) {
  const [folder = '', name = '', ...words] = process.argv.slice(2)
  const state = JSON.parse(fs.readFileSync(`${folder}/state.json`, 'utf8'))
  fs.appendFileSync(`${folder}/log`, `${JSON.stringify([name, ...words])}\n`)
  // Until it is killed.
  if (state.hangs && words.join(' ').includes(state.hangs)) setInterval(() => {}, 1000)
  else
    try {
      process.stdout.write(answer(state, name, { words, input: words.includes('-') ? fs.readFileSync(0, 'utf8') : '' }))
      fs.writeFileSync(`${folder}/state.json`, JSON.stringify(state))
    } catch (error) {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
      process.exitCode = 1
    }
}
