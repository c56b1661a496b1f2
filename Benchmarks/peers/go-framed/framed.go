// Go's net and bufio, as their documentation takes messages apart: Scanner for lines, Reader with io.ReadFull for lengths.
//
// usage: framed text|lines|u16|varint|lines-lent PORT
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
)

// The size of the C floor's buffer and of Sockeye's.
const bufferSizeBytes = 64 * 1024

var count, sum uint64

func use(message []byte) {
	count++
	sum += uint64(message[0]) + uint64(message[len(message)-1])
}

func useText(message string) {
	count++
	sum += uint64(message[0]) + uint64(message[len(message)-1])
}

func scan(connection net.Conn, kind string) error {
	scanner := bufio.NewScanner(connection)
	scanner.Buffer(make([]byte, bufferSizeBytes), bufferSizeBytes)
	for scanner.Scan() {
		switch kind {
		case "text":
			useText(scanner.Text())
		case "lines":
			use(append([]byte(nil), scanner.Bytes()...))
		default:
			use(scanner.Bytes())
		}
	}
	return scanner.Err()
}

func readLengths(connection net.Conn, length func(*bufio.Reader) (uint64, error)) error {
	reader := bufio.NewReaderSize(connection, bufferSizeBytes)
	for {
		n, err := length(reader)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if n > bufferSizeBytes {
			return fmt.Errorf("a message of %d bytes", n)
		}
		message := make([]byte, n)
		if _, err := io.ReadFull(reader, message); err != nil {
			return err
		}
		use(message)
	}
}

func u16(reader *bufio.Reader) (uint64, error) {
	var header [2]byte
	_, err := io.ReadFull(reader, header[:])
	return uint64(binary.BigEndian.Uint16(header[:])), err
}

func serve(connection net.Conn, kind string) error {
	defer connection.Close()
	count, sum = 0, 0
	var err error
	switch kind {
	case "u16":
		err = readLengths(connection, u16)
	case "varint":
		err = readLengths(connection, func(r *bufio.Reader) (uint64, error) { return binary.ReadUvarint(r) })
	default:
		err = scan(connection, kind)
	}
	if err == nil {
		_, err = fmt.Fprintf(connection, "%d %d\n", count, sum)
	}
	return err
}

func main() {
	kinds := map[string]bool{"text": true, "lines": true, "u16": true, "varint": true, "lines-lent": true}
	if len(os.Args) != 3 || !kinds[os.Args[1]] {
		fmt.Fprintln(os.Stderr, "usage: framed text|lines|u16|varint|lines-lent PORT")
		os.Exit(64)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:"+os.Args[2])
	for err == nil {
		var connection net.Conn
		if connection, err = listener.Accept(); err == nil {
			if err := serve(connection, os.Args[1]); err != nil {
				fmt.Fprintln(os.Stderr, "framed:", err)
			}
		}
	}
	fmt.Fprintln(os.Stderr, "framed:", err)
	os.Exit(1)
}
