package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/freshet/freshet/internal/gen/model"
)

//go:generate go run .

func main() {
	root, err := moduleRoot()
	if err == nil {
		err = run(root, os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(root string, args []string) error {
	switch {
	case len(args) == 0:
		return generateAll(root)
	case len(args) == 2 && args[0] == "models":
		return extractAll(root, args[1])
	default:
		return errors.New("usage: gen [models WHEEL]")
	}
}

// moduleRoot finds the folder of go.mod, here or above: go generate runs us in
// our folder, make in the module's.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod here or above")
		}
		dir = filepath.Dir(dir)
	}
}

func (s service) modelFile(root string) string {
	return filepath.Join(root, "internal", "gen", "models", s.pkg+".json")
}

func (s service) packageDir(root string) string {
	return filepath.Join(root, "internal", "awsapi", s.pkg)
}

func extractAll(root, wheel string) error {
	for _, s := range services {
		m, err := model.FromWheel(wheel, s.folder)
		if err != nil {
			return fmt.Errorf("%s: %w", s.pkg, err)
		}
		var b bytes.Buffer
		if err := m.Write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(s.modelFile(root), b.Bytes(), 0o644); err != nil {
			return err
		}
		fmt.Printf("%s: %s, %d operations, %d shapes\n", s.pkg, m.Source, len(m.Operations), len(m.Shapes))
	}
	return nil
}

func generateAll(root string) error {
	models, err := allModels(root)
	if err != nil {
		return err
	}
	for i, s := range services {
		m := models[i]
		files, err := generate(s, m)
		if err != nil {
			return fmt.Errorf("%s: %w", s.pkg, err)
		}
		if err := os.MkdirAll(s.packageDir(root), 0o755); err != nil {
			return err
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(s.packageDir(root), name), text, 0o644); err != nil {
				return err
			}
		}
		text, err := s.page.Operations(os.DirFS(root), m, models)
		if err != nil {
			return fmt.Errorf("%s: %w", s.page.File, err)
		}
		if err := os.WriteFile(filepath.Join(root, s.page.File), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// allModels returns the model of each of services.
func allModels(root string) ([]*model.Model, error) {
	models := make([]*model.Model, len(services))
	for i, s := range services {
		var err error
		if models[i], err = s.model(root); err != nil {
			return nil, fmt.Errorf("%s: %w", s.pkg, err)
		}
	}
	return models, nil
}

func (s service) model(root string) (*model.Model, error) {
	text, err := os.ReadFile(s.modelFile(root))
	if err != nil {
		return nil, err
	}
	return model.Read(bytes.NewReader(text))
}
