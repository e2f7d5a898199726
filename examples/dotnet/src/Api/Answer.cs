using Newtonsoft.Json;
using Roman;

namespace Api
{
    public sealed class Answer
    {
        [JsonProperty("number")]
        public int Number { get; }

        [JsonProperty("roman")]
        public string Roman { get; }

        Answer(int number, string roman)
        {
            Number = number;
            Roman = roman;
        }

        /// <summary>What is known of a number or a numeral; null where the text is neither.</summary>
        public static Answer To(string question)
        {
            if (!int.TryParse(question, out var number))
                number = Numeral.Read(question.ToUpperInvariant()) ?? 0;
            return number >= 1 && number <= Numeral.Largest ? new Answer(number, Numeral.Write(number)) : null;
        }

        public override string ToString() => JsonConvert.SerializeObject(this);
    }
}
