// Package pki makes the node's certificates, keys and kubeconfigs. What is
// already there is kept, so that a restarted node keeps its identity.
package pki

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	certutil "k8s.io/client-go/util/cert"
	kubeadmapi "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm"
	"k8s.io/kubernetes/cmd/kubeadm/app/util/pkiutil"
)

// A local node may be left lying for long: nothing in it expires before its
// authority does, so there is nothing to renew.
const lifetime = 10 * 365 * 24 * time.Hour

const algorithm = kubeadmapi.EncryptionAlgorithmECDSAP256

// Authority is a certificate authority whose files lie in a folder.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  crypto.Signer
}

// EnsureAuthority loads the authority NAME from DIR, or makes it.
func EnsureAuthority(dir, name string) (*Authority, error) {
	if pkiutil.CertOrKeyExist(dir, name) {
		cert, key, err := pkiutil.TryLoadCertAndKeyFromDisk(dir, name)
		if err != nil {
			return nil, fmt.Errorf("load the authority %s: %w", name, err)
		}
		return &Authority{dir, cert, key}, nil
	}
	cert, key, err := pkiutil.NewCertificateAuthority(&pkiutil.CertConfig{
		Config:              certutil.Config{CommonName: "store-platform " + name},
		NotAfter:            time.Now().Add(lifetime),
		EncryptionAlgorithm: algorithm,
	})
	if err != nil {
		return nil, fmt.Errorf("make the authority %s: %w", name, err)
	}
	if err := pkiutil.WriteCertAndKey(dir, name, cert, key); err != nil {
		return nil, err
	}
	return &Authority{dir, cert, key}, nil
}

// Server makes sure that NAME.crt and NAME.key exist for a server that answers
// under these names and addresses.
func (a *Authority) Server(name, commonName string, groups []string, names []string, addresses []net.IP) error {
	return a.ensure(name, certutil.Config{
		CommonName:   commonName,
		Organization: groups,
		AltNames:     certutil.AltNames{DNSNames: names, IPs: addresses},
		Usages:       []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
}

// Client makes sure that NAME.crt and NAME.key exist for a user with groups.
func (a *Authority) Client(name, user string, groups ...string) error {
	return a.ensure(name, certutil.Config{
		CommonName:   user,
		Organization: groups,
		Usages:       []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

func (a *Authority) ensure(name string, config certutil.Config) error {
	if pkiutil.CertOrKeyExist(a.dir, name) {
		return nil
	}
	cert, key, err := pkiutil.NewCertAndKey(a.cert, a.key, &pkiutil.CertConfig{
		Config:              config,
		NotAfter:            a.cert.NotAfter,
		EncryptionAlgorithm: algorithm,
	})
	if err != nil {
		return fmt.Errorf("make the certificate %s: %w", name, err)
	}
	return pkiutil.WriteCertAndKey(a.dir, name, cert, key)
}

// Kubeconfig writes a kubeconfig with the certificate NAME inside it. It is
// always written anew: the server's port may have changed.
func (a *Authority) Kubeconfig(name, path, cluster, server string) error {
	certFile, keyFile := pkiutil.PathsForCertAndKey(a.dir, name)
	cert, err := os.ReadFile(certFile)
	if err != nil {
		return err
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return err
	}
	config := clientcmdapi.NewConfig()
	config.Clusters[cluster] = &clientcmdapi.Cluster{
		Server:                   server,
		CertificateAuthorityData: pkiutil.EncodeCertPEM(a.cert),
	}
	config.AuthInfos[cluster] = &clientcmdapi.AuthInfo{ClientCertificateData: cert, ClientKeyData: key}
	config.Contexts[cluster] = &clientcmdapi.Context{Cluster: cluster, AuthInfo: cluster}
	config.CurrentContext = cluster
	return clientcmd.WriteToFile(*config, path)
}

// EnsureKeyPair makes sure that NAME.key and NAME.pub exist: the key with which
// service accounts' tokens are signed.
func EnsureKeyPair(dir, name string) error {
	if _, err := os.Stat(filepath.Join(dir, name+".pub")); err == nil {
		return nil
	}
	key, err := pkiutil.GeneratePrivateKey(algorithm)
	if err != nil {
		return fmt.Errorf("make the key %s: %w", name, err)
	}
	if err := pkiutil.WriteKey(dir, name, key); err != nil {
		return err
	}
	return pkiutil.WritePublicKey(dir, name, key.Public())
}
