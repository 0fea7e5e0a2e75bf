using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Lookups.Redis;

/// <summary>A command to a Redis server.</summary>
/// <param name="Words">The command and what it is given, one char for each octet.</param>
internal sealed record RedisCommand(IReadOnlyList<string> Words)
{
    public const int MaxWords = 1024;

    private static readonly FrozenSet<string> Reading = FrozenSet.ToFrozenSet(
        [
            "ECHO", "EXISTS", "GET", "GETBIT", "GETRANGE", "HEXISTS", "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HSTRLEN", "HVALS", "KEYS", "LINDEX", "LLEN", "LRANGE", "MGET",
            "SCARD", "SINTER", "SDIFF", "SISMEMBER", "SMEMBERS", "SMISMEMBER", "STRLEN", "SUNION", "TYPE", "ZCARD", "ZCOUNT", "ZRANGE", "ZRANGEBYSCORE", "ZRANK", "ZREVRANGE", "ZSCORE",
        ],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The same answer comes to the same words while nobody writes.</summary>
    public bool OnlyReads => Words.Count > 0 && Reading.Contains(Words[0]);

    /// <summary>Words stand between white space; a backslash makes the octet behind it part of a word, as <c>${quote_redis:…}</c> writes it.</summary>
    /// <returns>Null when there is no word, or there are too many.</returns>
    public static RedisCommand? Parse(string query)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var inWord = false;
        for (var i = 0; i < query.Length && words.Count <= MaxWords; i++)
        {
            if (query[i] is ' ' or '\t' or '\n' or '\r')
            {
                End();
                continue;
            }

            i += query[i] == '\\' && i + 1 < query.Length ? 1 : 0;
            word.Append(query[i]);
            inWord = true;
        }

        End();
        return words.Count is 0 or > MaxWords ? null : new RedisCommand(words);

        void End()
        {
            if (inWord)
            {
                words.Add(word.ToString());
                word.Clear();
                inWord = false;
            }
        }
    }

    /// <summary>An array of counted texts: whatever is in them, they stay the words they are.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"*{Words.Count}\r\n")));
        foreach (var word in Words)
        {
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"${word.Length}\r\n")));
            output.Write(OctetString.ToBytes(word));
            output.Write("\r\n"u8);
        }
    }
}
