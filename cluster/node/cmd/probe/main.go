// Probe is what the node's own tests run in pods: it answers, or tries to reach
// others.
//
//	probe serve PORT…       accept connections on these ports
//	probe dial ADDRESS…     connect to each address once; the exit code is the number of those that failed
package main

import (
	"fmt"
	"log"
	"net"
	"os"
	"sync"
	"time"
)

const dialLimit = 3 * time.Second

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: probe serve PORT… | probe dial ADDRESS…")
	}
	switch arguments := os.Args[2:]; os.Args[1] {
	case "serve":
		serve(arguments)
	case "dial":
		os.Exit(dial(arguments))
	default:
		log.Fatalf("unknown command %q", os.Args[1])
	}
}

func serve(ports []string) {
	var all sync.WaitGroup
	for _, port := range ports {
		listener, err := net.Listen("tcp", ":"+port)
		if err != nil {
			log.Fatal(err)
		}
		all.Go(func() { accept(listener) })
	}
	all.Wait()
}

func accept(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		connection.Close()
	}
}

func dial(addresses []string) int {
	failed := 0
	for _, address := range addresses {
		connection, err := net.DialTimeout("tcp", address, dialLimit)
		if err != nil {
			failed++
			fmt.Println(address, "not reached:", err)
			continue
		}
		connection.Close()
		fmt.Println(address, "reached")
	}
	return failed
}
