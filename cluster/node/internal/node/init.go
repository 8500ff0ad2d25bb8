package node

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"

	"store-platform.dev/node/internal/forward"
	"store-platform.dev/node/internal/plan"
	"store-platform.dev/node/internal/sandbox"
	"store-platform.dev/node/internal/supervise"
)

const (
	// upLimit is how long the whole node may take to become ready. On two busy
	// cores it takes some 15 s.
	upLimit   = 3 * time.Minute
	stopLimit = 5 * time.Second
	pollEvery = 50 * time.Millisecond
)

// Init is the node's first process. It returns when it was asked to end.
func Init(options Options) error {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC)
	stopped, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	inherited, err := takeInherited()
	if err != nil {
		return err
	}
	say := func(text string) {
		log.Print(text)
		fmt.Fprintln(inherited.progress, text)
	}

	node := options.Node
	if err := setUpSandbox(node); err != nil {
		say(err.Error())
		return err
	}
	for listener, target := range map[net.Listener]int{
		inherited.api:   plan.APIPort,
		inherited.http:  plan.HTTPNodePort,
		inherited.https: plan.HTTPSNodePort,
	} {
		go forward.Serve(listener, plan.Address(target))
	}

	supervisor := supervise.New(supervise.NewReaper(), node.Path("log"), environment(node))
	starting, cancel := context.WithTimeout(stopped, upLimit)
	defer cancel()
	if err := start(starting, stopped, options, supervisor, say); err != nil {
		// What runs is left to the kernel, which ends it with this process.
		say(err.Error())
		return err
	}
	say(readyLine)
	inherited.progress.Close()

	<-stopped.Done()
	log.Print("stopping")
	return supervisor.Wait(stopLimit)
}

type inheritedFiles struct {
	progress         *os.File
	api, http, https net.Listener
}

func takeInherited() (inheritedFiles, error) {
	// The lock is only held, never used; children must not inherit it.
	unix.CloseOnExec(fdLock)
	unix.CloseOnExec(fdProgress)
	files := inheritedFiles{progress: os.NewFile(fdProgress, "progress")}
	for fd, listener := range map[uintptr]*net.Listener{fdAPI: &files.api, fdHTTP: &files.http, fdHTTPS: &files.https} {
		file := os.NewFile(fd, "listener")
		var err error
		if *listener, err = net.FileListener(file); err != nil {
			return files, fmt.Errorf("`init` is started by `up`, with its listeners: %w", err)
		}
		file.Close()
	}
	return files, nil
}

func setUpSandbox(node plan.Node) error {
	if err := unix.Sethostname([]byte(node.Name())); err != nil {
		return fmt.Errorf("set the node's host name: %w", err)
	}
	if err := sandbox.SetUpMounts(node.Dir); err != nil {
		return err
	}
	return sandbox.SetUpNetwork()
}

func environment(node plan.Node) []string {
	// containerd finds its shim, and runc, by the PATH.
	return []string{
		"PATH=" + node.ContainerdDir + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=" + node.Dir,
		"TMPDIR=" + node.Path("tmp"),
	}
}

// start starts the node's processes in the order in which they need each
// other. Those that are `running` are kept running until then.
func start(ctx, running context.Context, options Options, supervisor *supervise.Supervisor, say func(string)) error {
	node := options.Node
	began := time.Now()
	ready := func(what string) {
		say(fmt.Sprintf("%s is ready after %.1f s", what, time.Since(began).Seconds()))
	}
	probe, err := probeClient(node)
	if err != nil {
		return err
	}
	client, err := apiClient(node)
	if err != nil {
		return err
	}

	group, starting := errgroup.WithContext(ctx)
	group.Go(func() error {
		if err := supervisor.Keep(running, node.Containerd()); err != nil {
			return err
		}
		if err := await(starting, "containerd", func() bool { return answersOnSocket(plan.ContainerdSock) }); err != nil {
			return err
		}
		ctr := filepath.Join(node.ContainerdDir, "ctr")
		if err := supervisor.Run(starting, ctr, "--namespace=k8s.io", "images", "import", options.PauseArchive); err != nil {
			return fmt.Errorf("load the sandbox image: %w", err)
		}
		ready("containerd")
		return nil
	})
	group.Go(func() error {
		for _, process := range []plan.Process{node.Etcd(), node.APIServer()} {
			if err := supervisor.Keep(running, process); err != nil {
				return err
			}
			if err := await(starting, process.Name, func() bool { return answers(starting, probe, process.ReadyURL) }); err != nil {
				return err
			}
		}
		ready("the API server")
		if err := grantRights(starting, client); err != nil {
			return fmt.Errorf("grant the node's helpers their rights: %w", err)
		}
		for _, process := range []plan.Process{
			node.ControllerManager(), node.Scheduler(), node.Proxy(), node.Storage(), node.NetworkPolicy(),
		} {
			if err := supervisor.Keep(running, process); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	if err := supervisor.Keep(running, node.Kubelet()); err != nil {
		return err
	}
	if err := awaitNode(ctx, client, node, began); err != nil {
		return err
	}
	ready("the node")
	return nil
}

// await polls until the check holds or ctx ends.
func await(ctx context.Context, what string, holds func() bool) error {
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not become ready: %w", what, context.Cause(ctx))
		case <-time.After(pollEvery):
		}
	}
	return nil
}

func answersOnSocket(path string) bool {
	connection, err := net.Dial("unix", path)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

func answers(ctx context.Context, client *http.Client, url string) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := client.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

func probeClient(node plan.Node) (*http.Client, error) {
	ca, err := os.ReadFile(node.PKI("ca.crt"))
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(ca) {
		return nil, errors.New("ca.crt holds no certificate")
	}
	return &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}},
	}, nil
}

func apiClient(node plan.Node) (kubernetes.Interface, error) {
	config, err := clientcmd.BuildConfigFromFlags("", node.PKI("admin.conf"))
	if err != nil {
		return nil, err
	}
	return kubernetes.NewForConfig(config)
}

// grantRights binds the node's helpers to roles that every cluster has. It is
// done before they start, so that none of them begins with being refused.
func grantRights(ctx context.Context, client kubernetes.Interface) error {
	for user, role := range map[string]string{
		plan.StorageUser: "system:persistent-volume-provisioner",
		// What the role `view` is put together from, and is there from the start.
		plan.NetworkPolicyUser: "system:aggregate-to-view",
	} {
		binding := &rbacv1.ClusterRoleBinding{
			ObjectMeta: metav1.ObjectMeta{Name: user},
			RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: user}},
		}
		_, err := client.RbacV1().ClusterRoleBindings().Create(ctx, binding, metav1.CreateOptions{})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			return err
		}
	}
	return nil
}

// awaitNode waits until pods can run: the node is Ready, and so is the account
// that pods of the default namespace run under.
func awaitNode(ctx context.Context, client kubernetes.Interface, node plan.Node, began time.Time) error {
	err := await(ctx, "the node", func() bool {
		object, err := client.CoreV1().Nodes().Get(ctx, node.Name(), metav1.GetOptions{})
		return err == nil && isReady(object, began)
	})
	if err != nil {
		return err
	}
	return await(ctx, "the default service account", func() bool {
		_, err := client.CoreV1().ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
		return err == nil
	})
}

// isReady does not take a node's word from before it was started again.
func isReady(node *corev1.Node, since time.Time) bool {
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady {
			// The API's times are whole seconds.
			return condition.Status == corev1.ConditionTrue && !condition.LastHeartbeatTime.Time.Before(since.Truncate(time.Second))
		}
	}
	return false
}
