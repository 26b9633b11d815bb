#!/usr/bin/env bash
# A Kubernetes node with its control plane, as plain processes. It runs as the first process of namespaces of its own
# (network, mounts, processes): with it everything ends, the containers, their mounts and the packet filter included.
#   RUN       folder of its state, with the files that node-files.ts wrote
#   ADDRESS   of this node          NODE  its name, also of its control group
#   PACKAGES  the unpacked Debian packages   SERVERS  folder with Kubernetes' servers and coredns   IMAGES  archives
set -euo pipefail
mount --make-rshared /
export PATH=$SERVERS:$PACKAGES/usr/sbin:$PACKAGES/usr/bin:$PATH
mkdir -p "$RUN"/{log,etcd,kubelet,containerd,state,certs,machine}
# What programs write to these folders of the machine, whatever their settings, stays in here: sockets and locks, pods'
# network namespaces, links to logs, addresses that CNI handed out.
mount -t tmpfs tmpfs "$RUN/machine"
for folder in lib log; do
  mkdir -p "$RUN/machine/$folder" "$RUN/machine/$folder-work"
  mount -t overlay overlay -o "lowerdir=/var/$folder,upperdir=$RUN/machine/$folder,workdir=$RUN/machine/$folder-work" "/var/$folder"
done
mount -t tmpfs tmpfs /run
mkdir -p /run/netns /run/lock
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
sysctl -qw net.bridge.bridge-nf-call-iptables=1 2>/dev/null || true

pki() { openssl "$@" 2>>"$RUN/log/openssl.log"; }
# certificate NAME SUBJECT [SUBJECT-ALTERNATIVE-NAMES]
certificate() {
  pki ecparam -genkey -name prime256v1 -noout -out "$RUN/certs/$1.key"
  pki req -new -key "$RUN/certs/$1.key" -subj "$2" -out "$RUN/certs/$1.csr"
  printf 'extendedKeyUsage=serverAuth,clientAuth\nkeyUsage=digitalSignature\n%s\n' "${3:+subjectAltName=$3}" >"$RUN/certs/$1.ext"
  pki x509 -req -in "$RUN/certs/$1.csr" -CA "$RUN/certs/ca.crt" -CAkey "$RUN/certs/ca.key" -CAcreateserial -days 2 \
    -extfile "$RUN/certs/$1.ext" -out "$RUN/certs/$1.crt"
}
# kubeconfig NAME: for the user of that certificate
kubeconfig() {
  sed "s|@USER@|$1|g" "$RUN/kubeconfig.yaml" >"$RUN/$1.kubeconfig"
}
pki ecparam -genkey -name prime256v1 -noout -out "$RUN/certs/ca.key"
pki req -x509 -new -key "$RUN/certs/ca.key" -subj /CN=throughline-test -days 2 -out "$RUN/certs/ca.crt"
certificate apiserver /CN=kube-apiserver "DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:127.0.0.1,IP:10.96.0.1,IP:$ADDRESS"
certificate kubelet-client /O=system:masters/CN=apiserver-kubelet-client
certificate front-proxy-client /CN=front-proxy-client
certificate admin /O=system:masters/CN=admin
certificate kubelet "/O=system:nodes/CN=system:node:$NODE"
for name in kube-controller-manager kube-scheduler kube-proxy; do certificate $name /CN=system:$name; done
pki genrsa -out "$RUN/certs/sa.key" 2048
pki rsa -in "$RUN/certs/sa.key" -pubout -out "$RUN/certs/sa.pub"
for name in admin kubelet kube-controller-manager kube-scheduler kube-proxy; do kubeconfig $name; done

# start NAME COMMAND …: in the background; when any of them ends, so does the node.
start() {
  local name=$1
  shift
  "$@" >"$RUN/log/$name.log" 2>&1 </dev/null &
  echo "$! $name" >>"$RUN/pids"
}
# until_ready NAME COMMAND …
until_ready() {
  local name=$1 tries=0
  shift
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 900 ] || { echo "$name is not ready" >&2; exit 1; }
    sleep 0.2
  done
}
certs=$RUN/certs
start etcd etcd --name n --data-dir "$RUN/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster n=http://127.0.0.1:2380 \
  --unsafe-no-fsync --log-level warn
start containerd containerd --config "$RUN/containerd.toml"
start kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=0.0.0.0 --advertise-address="$ADDRESS" --secure-port=6443 \
  --service-cluster-ip-range=10.96.0.0/24 --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
  --client-ca-file="$certs/ca.crt" --tls-cert-file="$certs/apiserver.crt" --tls-private-key-file="$certs/apiserver.key" \
  --kubelet-client-certificate="$certs/kubelet-client.crt" --kubelet-client-key="$certs/kubelet-client.key" \
  --kubelet-preferred-address-types=InternalIP --service-account-issuer=https://kubernetes.default.svc.cluster.local \
  --service-account-key-file="$certs/sa.pub" --service-account-signing-key-file="$certs/sa.key" \
  --requestheader-client-ca-file="$certs/ca.crt" --requestheader-allowed-names=front-proxy-client \
  --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
  --requestheader-extra-headers-prefix=X-Remote-Extra- --proxy-client-cert-file="$certs/front-proxy-client.crt" \
  --proxy-client-key-file="$certs/front-proxy-client.key"
until_ready containerd ctr -a "$RUN/containerd.sock" version
for archive in $IMAGES; do
  ctr -a "$RUN/containerd.sock" -n k8s.io images import "$archive" >>"$RUN/log/images.log" 2>&1
done
until_ready kube-apiserver kubectl --kubeconfig "$RUN/admin.kubeconfig" get --raw /readyz
as() { echo "--kubeconfig=$RUN/$1.kubeconfig --authentication-kubeconfig=$RUN/$1.kubeconfig --authorization-kubeconfig=$RUN/$1.kubeconfig --bind-address=127.0.0.1 --leader-elect=false"; }
# shellcheck disable=SC2046 # many words
start kube-controller-manager kube-controller-manager $(as kube-controller-manager) --root-ca-file="$certs/ca.crt" \
  --service-account-private-key-file="$certs/sa.key" --use-service-account-credentials=true \
  --cluster-signing-cert-file="$certs/ca.crt" --cluster-signing-key-file="$certs/ca.key" --allocate-node-cidrs=false
# shellcheck disable=SC2046
start kube-scheduler kube-scheduler $(as kube-scheduler)
start kube-proxy kube-proxy --config "$RUN/kube-proxy.yaml"
start coredns coredns -conf "$RUN/Corefile"
start kubelet kubelet --config "$RUN/kubelet.yaml" --kubeconfig "$RUN/kubelet.kubeconfig" --root-dir "$RUN/kubelet" \
  --cert-dir "$RUN/certs" --hostname-override "$NODE" --node-ip "$ADDRESS"
wait -n || true
while read -r pid name; do [ -e "/proc/$pid" ] || echo "$name ended" >&2; done <"$RUN/pids"
exit 1
