package storage

import (
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func TestAVolumeIsAFolderThatEveryUserCanWriteAndGoesWithIt(t *testing.T) {
	provisioner := folders{node: "node", dir: t.TempDir()}
	volume, _, err := provisioner.Provision(t.Context(), claim("pvc-1", corev1.ReadWriteOnce))
	if err != nil {
		t.Fatal(err)
	}
	path := volume.Spec.Local.Path
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o777 {
		t.Fatalf("%v, %v", info, err)
	}
	if err := os.WriteFile(filepath.Join(path, "data"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := provisioner.Delete(t.Context(), volume); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("it is still there: %v", err)
	}
}

func TestProvisioningAgainKeepsWhatIsThere(t *testing.T) {
	provisioner := folders{node: "node", dir: t.TempDir()}
	for range 2 {
		volume, _, err := provisioner.Provision(t.Context(), claim("pvc-1", corev1.ReadWriteOnce))
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(filepath.Join(volume.Spec.Local.Path, "data"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString("x"); err != nil {
			t.Fatal(err)
		}
		file.Close()
	}
	if data, err := os.ReadFile(filepath.Join(provisioner.dir, "pvc-1", "data")); err != nil || string(data) != "xx" {
		t.Errorf("got %q, %v", data, err)
	}
}

func TestAVolumeForManyNodesIsRefused(t *testing.T) {
	provisioner := folders{node: "node", dir: t.TempDir()}
	if _, _, err := provisioner.Provision(t.Context(), claim("pvc-1", corev1.ReadWriteMany)); err == nil {
		t.Error("it is accepted")
	}
}

func TestANameNeverLeadsOutOfTheFolder(t *testing.T) {
	for _, name := range []string{"", ".", "..", "../etc", "a/b"} {
		if path, err := (folders{dir: "/volumes"}).path(name); err == nil {
			t.Errorf("%q leads to %s", name, path)
		}
	}
}

func claim(volume string, mode corev1.PersistentVolumeAccessMode) controller.ProvisionOptions {
	reclaim := corev1.PersistentVolumeReclaimDelete
	return controller.ProvisionOptions{
		PVName:       volume,
		StorageClass: &storagev1.StorageClass{ObjectMeta: metav1.ObjectMeta{Name: "standard"}, ReclaimPolicy: &reclaim},
		PVC:          &corev1.PersistentVolumeClaim{Spec: corev1.PersistentVolumeClaimSpec{AccessModes: []corev1.PersistentVolumeAccessMode{mode}}},
	}
}
