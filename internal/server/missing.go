package server

import (
	"log/slog"
	"sync"

	"github.com/freshet/freshet/internal/wire"
)

// missing remembers which operations were asked for and are not implemented.
// The client is told what AWS tells of an operation it does not know, and that
// has no words: the log has to say it, once per operation. There are no more
// than the models have.
type missing struct{ told sync.Map }

func (m *missing) asked(logger *slog.Logger, service, operation string) {
	if _, told := m.told.LoadOrStore(service+"."+operation, true); !told {
		logger.Warn("operation is not implemented yet", "service", service, "operation", operation)
	}
}

// observe is told of every request after it was answered.
func (s *Server) observe(o wire.Observation) {
	s.metrics.observe(o)
	if o.Unrouted {
		s.missing.asked(s.o.Logger, o.Service, o.Operation)
	}
}
