// Go's net package: a goroutine a connection, Read and Write. Not io.Copy, which on Linux would splice inside the kernel
// and never show the program a byte; the other peers all see theirs.
//
// usage: echo PORT
package main

import (
	"fmt"
	"net"
	"os"
)

// As large as the largest message of the cases, so that each is one read.
const bufferSizeBytes = 16 * 1024

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, bufferSizeBytes)
	for {
		n, err := connection.Read(buffer)
		if n > 0 {
			if _, err := connection.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: echo PORT")
		os.Exit(64)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err)
		os.Exit(1)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, "echo:", err)
			os.Exit(1)
		}
		go echo(connection)
	}
}
