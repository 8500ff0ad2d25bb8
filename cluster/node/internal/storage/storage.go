// Package storage provisions volumes as folders of the node.
//
// They are local volumes, not host paths: for those the kubelet honours
// fsGroup. A folder can be written by everybody, as local-path-provisioner
// makes them, because a pod may run as any user; what keeps others away is that
// nobody but root gets to the folder it lies in.
package storage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// ProvisionerName is what the StorageClass names.
const ProvisionerName = "store-platform.dev/node"

// Run provisions and deletes volumes until ctx is done.
func Run(ctx context.Context, kubeconfig, node, dir string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// The server's priority and fairness limits; a client-side limiter would
	// only make a store wait.
	config.QPS = -1
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	controller.NewProvisionController(
		ctx, client, ProvisionerName, folders{node, dir},
		controller.LeaderElection(false),
		controller.MetricsPort(0),
	).Run(ctx)
	return nil
}

type folders struct {
	node, dir string
}

var _ controller.Provisioner = folders{}

// Provision makes the folder of a volume.
func (f folders) Provision(_ context.Context, options controller.ProvisionOptions) (*corev1.PersistentVolume, controller.ProvisioningState, error) {
	for _, mode := range options.PVC.Spec.AccessModes {
		if mode != corev1.ReadWriteOnce && mode != corev1.ReadWriteOncePod {
			// One node: what several pods of it share is ReadWriteOnce too.
			return nil, controller.ProvisioningFinished, fmt.Errorf("access mode %s is not offered: ask for ReadWriteOnce", mode)
		}
	}
	path, err := f.path(options.PVName)
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := os.Mkdir(path, 0o777); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, controller.ProvisioningFinished, err
	}
	// Whatever the umask was.
	if err := os.Chmod(path, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return volume(options, f.node, path), controller.ProvisioningFinished, nil
}

// Delete removes the folder of a volume.
func (f folders) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	path, err := f.path(volume.Name)
	if err != nil {
		return err
	}
	return os.RemoveAll(path)
}

// path is the folder of a volume. A name with a slash in it never comes from
// the API server; were it to, it must not lead elsewhere.
func (f folders) path(volume string) (string, error) {
	if volume == "" || volume != filepath.Base(volume) || volume == "." || volume == ".." {
		return "", fmt.Errorf("%q can't be a volume's name", volume)
	}
	return filepath.Join(f.dir, volume), nil
}

func volume(options controller.ProvisionOptions, node, path string) *corev1.PersistentVolume {
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: *options.StorageClass.ReclaimPolicy,
			AccessModes:                   options.PVC.Spec.AccessModes,
			VolumeMode:                    options.PVC.Spec.VolumeMode,
			Capacity:                      options.PVC.Spec.Resources.Requests,
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				Local: &corev1.LocalVolumeSource{Path: path},
			},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
				NodeSelectorTerms: []corev1.NodeSelectorTerm{{
					MatchExpressions: []corev1.NodeSelectorRequirement{{
						Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{node},
					}},
				}},
			}},
		},
	}
}
