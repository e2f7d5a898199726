package com.example.csv;

import static org.junit.Assert.assertEquals;

import java.io.IOException;
import java.io.StringReader;
import org.junit.Test;

public class ConverterTest {
    @Test
    public void numbersAreNumbers() throws IOException {
        String json = new Converter().convert(new StringReader("name,age\nAda,36\n\"Bob, Jr.\",x\n"));
        assertEquals("[{\"name\":\"Ada\",\"age\":36},{\"name\":\"Bob, Jr.\",\"age\":\"x\"}]", json);
    }

    @Test
    public void nothingIsNothing() throws IOException {
        assertEquals("[]", new Converter().convert(new StringReader("name\n")));
    }
}
