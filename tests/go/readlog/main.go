// SPDX-License-Identifier: Apache-2.0

// Readlog reads a log folder and proof files of lawgate with golang.org/x/mod/sumdb/note and .../tlog, which were
// written by others for another log. It shares no code with lawgate; what it knows of the format is docs/spec/log.md.
//
//	readlog tree FOLDER LOG-KEY WITNESS-KEY...
//	readlog proof PROOF-FILE LEAF-FILE LOG-KEY WITNESS-KEY...
//
// Each command ends with status 1 and a reason for whatever does not hold.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // 256 hashes in a tile

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "readlog:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) >= 4 && args[0] == "tree":
		return readTree(args[1], args[2], args[3:])
	case len(args) >= 5 && args[0] == "proof":
		return readProof(args[1], args[2], args[3], args[4:])
	}
	return errors.New("not a command")
}

// A cosigner checks the timestamped signatures of type 4, which the note package leaves to its callers.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig[:8]), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func newCosigner(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("witness key: form")
	}
	id, err1 := strconv.ParseUint(parts[1], 16, 32)
	key, err2 := base64.StdEncoding.DecodeString(parts[2])
	if err1 != nil || err2 != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, errors.New("witness key: id or type")
	}
	return cosigner{parts[0], uint32(id), key[1:]}, nil
}

// open gives the head of a signed note once the log and every witness named have signed it.
func open(data []byte, logKey string, witnessKeys []string) (tlog.Tree, error) {
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return tlog.Tree{}, err
	}
	known := []note.Verifier{log}
	for _, key := range witnessKeys {
		one, err := newCosigner(key)
		if err != nil {
			return tlog.Tree{}, err
		}
		known = append(known, one)
	}
	signed, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(signed.Sigs) != len(known) {
		return tlog.Tree{}, fmt.Errorf("%d of %d signatures", len(signed.Sigs), len(known))
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() || lines[3] != "" {
		return tlog.Tree{}, errors.New("checkpoint: lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, errors.New("checkpoint: size")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// A folder gives tiles as they lie on the disk.
type folder string

func (f folder) Height() int                         { return height }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		// Path says tile/8/LEVEL/NUMBER; our height is always 8, so it stands in no path.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (f folder) entries(size int64) ([][]byte, error) {
	var found [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: height, L: -1, N: n, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		for ; width > 0; width-- {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, fmt.Errorf("%s ends too early", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			found, data = append(found, data[2:end]), data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s holds more than it should", path)
		}
	}
	return found, nil
}

// readTree checks the head, every tile against it and every leaf against its hash, and prints the proofs it makes.
func readTree(place, logKey string, witnessKeys []string) error {
	data, err := os.ReadFile(filepath.Join(place, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := open(data, logKey, witnessKeys)
	if err != nil {
		return err
	}
	disk := folder(place)
	entries, err := disk.entries(tree.N)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, disk)
	fmt.Printf("tree %d %x\n", tree.N, tree.Hash[:])
	for first := int64(0); first < tree.N; first += 256 {
		var places []int64
		for n := first; n < first+256 && n < tree.N; n++ {
			places = append(places, tlog.StoredHashIndex(0, n))
		}
		stored, err := hashes.ReadHashes(places)
		if err != nil {
			return err
		}
		for i, hash := range stored {
			if hash != tlog.RecordHash(entries[first+int64(i)]) {
				return fmt.Errorf("leaf %d is not the one its hash was made of", first+int64(i))
			}
		}
	}
	// Every proof of a small log; of a large one so many that all kinds of paths are among them.
	stride := tree.N/1000 + 1
	for n := int64(0); n < tree.N; n += stride {
		if err := prove(tree, n, tlog.RecordHash(entries[n]), hashes); err != nil {
			return err
		}
	}
	return nil
}

// prove makes and checks the proof of leaf n, and that the tree of n leaves begins this one.
func prove(tree tlog.Tree, n int64, leaf tlog.Hash, hashes tlog.HashReader) error {
	proof, err := tlog.ProveRecord(tree.N, n, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaf); err != nil {
		return err
	}
	printed("inclusion", n, proof)
	if n == 0 {
		return nil
	}
	since, err := tlog.ProveTree(tree.N, n, hashes)
	if err != nil {
		return err
	}
	old, err := tlog.TreeHash(n, hashes)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(since, tree.N, tree.Hash, n, old); err != nil {
		return err
	}
	printed("consistency", n, since)
	return nil
}

func printed(kind string, n int64, steps []tlog.Hash) {
	fmt.Print(kind, " ", n)
	for _, step := range steps {
		fmt.Printf(" %x", step[:])
	}
	fmt.Println()
}

// readProof checks a C2SP tlog-proof file for the leaf that is shown.
func readProof(proofFile, leafFile, logKey string, witnessKeys []string) error {
	data, err := os.ReadFile(proofFile)
	if err != nil {
		return err
	}
	leaf, err := os.ReadFile(leafFile)
	if err != nil {
		return err
	}
	head, signed, found := bytes.Cut(data, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("proof: form")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		step, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, step)
	}
	tree, err := open(signed, logKey, witnessKeys)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	fmt.Printf("included %d in %d\n", index, tree.N)
	return nil
}
