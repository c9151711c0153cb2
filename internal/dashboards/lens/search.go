package lens

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// missing stands for documents without the field of a column that counts them.
const missing = "__missing__"

// Search gives the body of the search behind a panel: the columns that make
// buckets nested in their order, the others inside. Kibana chooses the interval
// of histograms by the time range; here the caller does, as fixed_interval takes
// it, unless the column says which is the shortest.
func (p Panel) Search(d *Dashboard, interval string) (map[string]any, error) {
	q, err := filter(d.Query, p.Query)
	if err != nil {
		return nil, fmt.Errorf("panel %s: %w", p.ID, err)
	}
	body := map[string]any{"size": 0, "track_total_hits": true, "query": q}
	at := body
	buckets, metrics := p.Split()
	for _, id := range buckets {
		agg, err := p.bucket(id, interval)
		if err != nil {
			return nil, fmt.Errorf("panel %s: column %q: %w", p.ID, p.Columns[id].Label, err)
		}
		// What the buckets are sorted by has to be a metric of the same level.
		inner := map[string]any{}
		if by := p.Columns[id].Params.OrderBy; by.Type == "column" {
			if err := p.addMetric(inner, by.ColumnID); err != nil {
				return nil, fmt.Errorf("panel %s: %w", p.ID, err)
			}
		}
		at["aggs"] = join(at["aggs"], id, agg)
		agg["aggs"] = inner
		at = agg
	}
	for _, id := range metrics {
		into, _ := at["aggs"].(map[string]any)
		if into == nil {
			into = map[string]any{}
			at["aggs"] = into
		}
		if err := p.addMetric(into, id); err != nil {
			return nil, fmt.Errorf("panel %s: %w", p.ID, err)
		}
	}
	if aggs, ok := at["aggs"].(map[string]any); ok && len(aggs) == 0 {
		delete(at, "aggs")
	}
	return body, nil
}

func join(aggs any, id string, agg map[string]any) map[string]any {
	all, ok := aggs.(map[string]any)
	if !ok {
		all = map[string]any{}
	}
	all[id] = agg
	return all
}

// Split tells the columns that make buckets from those that are numbers, both
// in the panel's order.
func (p Panel) Split() (buckets, metrics []string) {
	for _, id := range p.Order {
		switch p.Columns[id].Operation {
		case "terms", "date_histogram", "filters":
			buckets = append(buckets, id)
		default:
			metrics = append(metrics, id)
		}
	}
	return buckets, metrics
}

func (p Panel) bucket(id, interval string) (map[string]any, error) {
	c := p.Columns[id]
	switch c.Operation {
	case "date_histogram":
		if own := c.Params.Interval; own != "" && own != "auto" {
			interval = own
		}
		return map[string]any{"date_histogram": map[string]any{"field": c.Field, "fixed_interval": interval}}, nil
	case "filters":
		named := map[string]any{}
		for _, f := range c.Params.Filters {
			q, err := filter(f.Input.Query)
			if err != nil {
				return nil, err
			}
			named[f.Label] = q
		}
		return map[string]any{"filters": map[string]any{"filters": named}}, nil
	}
	terms := map[string]any{"field": c.Field, "size": c.Params.Size}
	if c.Params.Missing {
		terms["missing"] = missing
	}
	if by := c.Params.OrderBy; by.Type == "column" {
		key, err := p.orderKey(by.ColumnID)
		if err != nil {
			return nil, err
		}
		terms["order"] = map[string]any{key: c.Params.Direction}
	}
	return map[string]any{"terms": terms}, nil
}

// orderKey names the number of a column in an order clause.
func (p Panel) orderKey(id string) (string, error) {
	c, ok := p.Columns[id]
	switch {
	case !ok:
		return "", fmt.Errorf("it is sorted by column %s, which does not exist", id)
	case c.Operation == "count":
		return "_count", nil
	case c.Operation == "percentile":
		return id + "." + strconv.Itoa(c.Params.Percentile), nil
	}
	return id, nil
}

// addMetric adds the aggregation of a column; counts come with every bucket.
func (p Panel) addMetric(into map[string]any, id string) error {
	c := p.Columns[id]
	if c.Filter != nil {
		return fmt.Errorf("column %q has a filter of its own, which is not understood here", c.Label)
	}
	switch c.Operation {
	case "count":
	case "percentile":
		into[id] = map[string]any{"percentiles": map[string]any{"field": c.Field, "percents": []int{c.Params.Percentile}}}
	case "unique_count":
		into[id] = map[string]any{"cardinality": map[string]any{"field": c.Field}}
	case "sum", "min", "max":
		into[id] = map[string]any{c.Operation: map[string]any{"field": c.Field}}
	default:
		return fmt.Errorf("column %q: operation %q is not understood here", c.Label, c.Operation)
	}
	return nil
}

// Row is a line of a panel's table.
type Row struct {
	Keys   []string           // of the columns that make buckets
	Values map[string]float64 // of the others, by label; nothing where there is no value
}

// bucketAnswer is what Elasticsearch says of a bucket or, at the top, of all.
type bucketAnswer map[string]json.RawMessage

// Rows reads the answer to a panel's search: total is the number of hits, aggs
// the aggregations.
func (p Panel) Rows(total int, aggs []byte) ([]Row, error) {
	top := bucketAnswer{}
	if len(aggs) > 0 {
		if err := json.Unmarshal(aggs, &top); err != nil {
			return nil, fmt.Errorf("panel %s: read the answer: %w", p.ID, err)
		}
	}
	top["doc_count"] = json.RawMessage(strconv.Itoa(total))
	buckets, metrics := p.Split()
	rows, err := p.rows(top, nil, buckets, metrics)
	if err != nil {
		return nil, fmt.Errorf("panel %s: read the answer: %w", p.ID, err)
	}
	return rows, nil
}

func (p Panel) rows(at bucketAnswer, keys, buckets, metrics []string) ([]Row, error) {
	if len(buckets) == 0 {
		values, err := p.values(at, metrics)
		return []Row{{Keys: slices.Clone(keys), Values: values}}, err
	}
	names, inner, err := children(at[buckets[0]])
	if err != nil {
		return nil, err
	}
	var all []Row
	for i, name := range names {
		rows, err := p.rows(inner[i], append(keys, name), buckets[1:], metrics)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
	}
	return all, nil
}

// children gives the buckets of an aggregation with their keys.
func children(answer json.RawMessage) (names []string, inner []bucketAnswer, err error) {
	var list struct{ Buckets []bucketAnswer }
	if err := json.Unmarshal(answer, &list); err == nil {
		for _, b := range list.Buckets {
			names = append(names, key(b))
		}
		return names, list.Buckets, nil
	}
	var named struct{ Buckets map[string]bucketAnswer }
	if err := json.Unmarshal(answer, &named); err != nil {
		return nil, nil, fmt.Errorf("buckets %.100s: %w", answer, err)
	}
	for name, b := range named.Buckets {
		names, inner = append(names, name), append(inner, b)
	}
	return names, inner, nil
}

func key(b bucketAnswer) string {
	var text string
	if err := json.Unmarshal(b["key"], &text); err == nil {
		return text
	}
	return string(b["key"])
}

func (p Panel) values(at bucketAnswer, metrics []string) (map[string]float64, error) {
	values := map[string]float64{}
	for _, id := range metrics {
		c := p.Columns[id]
		raw := at["doc_count"]
		if c.Operation != "count" {
			var answer struct {
				Value  json.RawMessage
				Values map[string]json.RawMessage
			}
			if err := json.Unmarshal(at[id], &answer); err != nil {
				return nil, fmt.Errorf("column %q: %w", c.Label, err)
			}
			raw = answer.Value
			for _, only := range answer.Values {
				raw = only
			}
		}
		var number *float64
		if err := json.Unmarshal(raw, &number); err != nil {
			return nil, fmt.Errorf("column %q: %w", c.Label, err)
		}
		if number != nil {
			values[c.Label] = *number
		}
	}
	return values, nil
}
