package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/etcdmain"
	_ "k8s.io/client-go/plugin/pkg/client/auth"
	"k8s.io/component-base/cli"
	"k8s.io/component-base/logs"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	kubectlcmd "k8s.io/kubectl/pkg/cmd"
	kubectlutil "k8s.io/kubectl/pkg/cmd/util"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllermanager "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

var parts = map[string]part{
	"etcd":                    {"the store of the API server", func() { etcdmain.Main(os.Args) }},
	"kube-apiserver":          {"the Kubernetes API", runs(apiserver.NewAPIServerCommand)},
	"kube-controller-manager": {"the controllers of Kubernetes itself", runs(controllermanager.NewControllerManagerCommand)},
	"kube-scheduler":          {"decides where pods run", runs(func() *cobra.Command { return scheduler.NewSchedulerCommand() })},
	"kube-proxy":              {"makes services reachable", runs(proxy.NewProxyCommand)},
	// The kubelet sets up its own signal handling: it gets a fresh context.
	"kubelet": {"runs the pods", runs(func() *cobra.Command { return kubelet.NewKubeletCommand(context.Background()) })},
	"kubectl": {"the command line of Kubernetes", kubectl},
}

func runs(command func() *cobra.Command) func() {
	return func() { os.Exit(cli.Run(command())) }
}

func kubectl() {
	// kubectl logs while it builds its command, before flags are parsed.
	logs.GlogSetter(kubectlcmd.GetLogVerbosity(os.Args)) //nolint:errcheck // a wrong -v is reported by the flag's own parser
	if err := cli.RunNoErrOutput(kubectlcmd.NewDefaultKubectlCommand()); err != nil {
		kubectlutil.CheckErr(err)
	}
}
