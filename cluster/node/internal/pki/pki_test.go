package pki

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func TestAServerAndAClientOfOneAuthorityKnowEachOther(t *testing.T) {
	dir := t.TempDir()
	ca, err := EnsureAuthority(dir, "ca")
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.Server("server", "server", nil, nil, []net.IP{net.IPv4(127, 0, 0, 1)}); err != nil {
		t.Fatal(err)
	}
	if err := ca.Client("admin", "anna", "owners"); err != nil {
		t.Fatal(err)
	}
	server := serve(t, dir)
	path := filepath.Join(dir, "kubeconfig")
	if err := ca.Kubeconfig("admin", path, "cluster", server.URL); err != nil {
		t.Fatal(err)
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	transport, err := rest.TransportFor(config)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Transport: transport}).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if got := response.Header.Get("User"); got != "anna of [owners]" {
		t.Errorf("the server sees %s", got)
	}
}

func TestWhatIsThereIsKept(t *testing.T) {
	dir := t.TempDir()
	made := make(map[string]string)
	for range 2 {
		ca, err := EnsureAuthority(dir, "ca")
		if err != nil {
			t.Fatal(err)
		}
		if err := ca.Client("admin", "admin"); err != nil {
			t.Fatal(err)
		}
		if err := EnsureKeyPair(dir, "service-account"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"ca.crt", "ca.key", "admin.crt", "admin.key", "service-account.key", "service-account.pub"} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if earlier, ok := made[name]; ok && earlier != string(content) {
				t.Errorf("%s was made anew", name)
			}
			made[name] = string(content)
		}
	}
}

// serve answers over TLS and says who asked.
func serve(t *testing.T, dir string) *httptest.Server {
	t.Helper()
	certificate, err := tls.LoadX509KeyPair(filepath.Join(dir, "server.crt"), filepath.Join(dir, "server.key"))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		subject := r.TLS.PeerCertificates[0].Subject
		w.Header().Set("User", subject.CommonName+" of ["+subject.Organization[0]+"]")
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}, ClientAuth: tls.RequireAnyClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}
