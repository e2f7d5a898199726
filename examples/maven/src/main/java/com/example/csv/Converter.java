package com.example.csv;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;
import org.apache.commons.lang3.math.NumberUtils;

/** CSV as JSON: the first line has the names, and what looks like a number is one. */
final class Converter {
    private static final CSVFormat FORMAT =
            CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).setTrim(true).build();

    private final ObjectMapper mapper = new ObjectMapper();

    String convert(Reader csv) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        try (var records = FORMAT.parse(csv)) {
            for (CSVRecord csvRecord : records) {
                Map<String, Object> row = new LinkedHashMap<>();
                csvRecord.toMap().forEach((name, value) -> row.put(name, typed(value)));
                rows.add(row);
            }
        }
        return mapper.writeValueAsString(rows);
    }

    private static Object typed(String value) {
        return NumberUtils.isCreatable(value) ? NumberUtils.createNumber(value) : value;
    }
}
