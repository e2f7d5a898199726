using System;
using System.Text;

namespace Roman
{
    /// <summary>Roman numerals from I to MMMCMXCIX, in the form of today.</summary>
    public static class Numeral
    {
        public const int Largest = 3999;

        static readonly (int Value, string Letters)[] Digits =
        {
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"),
            (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
            (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
        };

        public static string Write(int number)
        {
            if (number < 1 || number > Largest)
                throw new ArgumentOutOfRangeException(nameof(number), $"{number} is not in 1 to {Largest}");
            var text = new StringBuilder();
            foreach (var (value, letters) in Digits)
                for (; number >= value; number -= value)
                    text.Append(letters);
            return text.ToString();
        }

        /// <summary>The number, or null where the text is no numeral as <see cref="Write"/> writes it.</summary>
        public static int? Read(string text)
        {
            int number = 0, at = 0;
            foreach (var (value, letters) in Digits)
                for (; string.CompareOrdinal(text, at, letters, 0, letters.Length) == 0; at += letters.Length)
                    number += value;
            var isWhole = at == text.Length && number >= 1 && number <= Largest;
            return isWhole && Write(number) == text ? number : (int?)null;
        }
    }
}
