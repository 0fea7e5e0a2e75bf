using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Pipeline.Policy.Expansion;

namespace Pipeline.Connectors.Lookups.Redis;

internal enum RedisReplyKind
{
    /// <summary>There is nothing.</summary>
    Nil = 0,

    /// <summary>A word that says how it went, or a value.</summary>
    Text = 1,
    Integer = 2,
    Array = 3,
    Error = 4,
}

/// <summary>What a Redis server answers to one command. Source: "Redis serialization protocol specification", version 2.</summary>
/// <param name="Text">Of a text, an integer or an error, one char for each octet; else empty.</param>
/// <param name="Items">Of an array; else empty.</param>
internal sealed record RedisReply(RedisReplyKind Kind, string Text, IReadOnlyList<RedisReply> Items)
{
    /// <summary>Octets of the longest reply that is read: what is longer is a mistake, or an attack.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Arrays in arrays.</summary>
    public const int MaxDepth = 7;

    private const int MaxLine = 16 * 1024;

    private static readonly RedisReply None = new(RedisReplyKind.Nil, "", []);

    /// <param name="consumed">Octets of the reply, when it is whole.</param>
    /// <param name="problem">Why this is no reply.</param>
    /// <returns><see cref="OperationStatus.InvalidData"/> with a problem.</returns>
    public static OperationStatus Parse(ReadOnlySpan<byte> octets, out RedisReply reply, out int consumed, out string problem)
    {
        (reply, consumed, problem) = (None, 0, "");
        var status = Parse(octets, 0, ref consumed, out reply, ref problem);
        if (status == OperationStatus.NeedMoreData && octets.Length >= MaxBytes)
        {
            problem = $"the answer is longer than {MaxBytes} octets";
            return OperationStatus.InvalidData;
        }

        return status;
    }

    /// <summary>As a lookup gives it: an integer says whether it is more than nothing, the items of an array are lines.</summary>
    /// <returns>Null when there is nothing.</returns>
    public string? ToResult()
    {
        switch (Kind)
        {
            case RedisReplyKind.Nil:
                return null;
            case RedisReplyKind.Integer:
                return Text == "0" ? "false" : "true";
            case RedisReplyKind.Array:
                var lines = new StringBuilder();
                AppendItems(lines);
                return lines.Length == 0 ? null : lines.ToString(0, lines.Length - 1);
            default:
                return Text;
        }
    }

    private static OperationStatus Parse(ReadOnlySpan<byte> octets, int depth, ref int position, out RedisReply reply, ref string problem)
    {
        reply = None;
        var status = ReadLine(octets, ref position, out var line, ref problem);
        if (status != OperationStatus.Done)
        {
            return status;
        }

        switch (line.IsEmpty ? (byte)0 : line[0])
        {
            case (byte)'+':
                reply = new RedisReply(RedisReplyKind.Text, OctetString.FromBytes(line[1..]), []);
                return OperationStatus.Done;
            case (byte)'-':
                reply = new RedisReply(RedisReplyKind.Error, OctetString.FromBytes(line[1..]), []);
                return OperationStatus.Done;
            case (byte)':' when TryReadNumber(line[1..], out var number):
                reply = new RedisReply(RedisReplyKind.Integer, number.ToString(CultureInfo.InvariantCulture), []);
                return OperationStatus.Done;
            case (byte)'$' or (byte)'*' when line[1..].SequenceEqual("-1"u8):
                return OperationStatus.Done;
            case (byte)'$' when TryReadNumber(line[1..], out var length) && length is >= 0 and <= MaxBytes:
                return ReadBulk(octets, (int)length, ref position, out reply, ref problem);
            case (byte)'*' when TryReadNumber(line[1..], out var count) && count is >= 0 and <= MaxBytes && depth < MaxDepth:
                return ReadArray(octets, (int)count, depth, ref position, out reply, ref problem);
            default:
                problem = "the answer is none of Redis";
                return OperationStatus.InvalidData;
        }
    }

    private static OperationStatus ReadArray(ReadOnlySpan<byte> octets, int count, int depth, ref int position, out RedisReply reply, ref string problem)
    {
        reply = None;

        // An item takes four octets at least: what is said to come does not decide how much room is made for it.
        var items = new List<RedisReply>(Math.Min(count, octets.Length / 4));
        for (var i = 0; i < count; i++)
        {
            var status = Parse(octets, depth + 1, ref position, out var item, ref problem);
            if (status != OperationStatus.Done)
            {
                return status;
            }

            items.Add(item);
        }

        reply = new RedisReply(RedisReplyKind.Array, "", items);
        return OperationStatus.Done;
    }

    private static OperationStatus ReadBulk(ReadOnlySpan<byte> octets, int length, ref int position, out RedisReply reply, ref string problem)
    {
        reply = None;
        var rest = octets[position..];
        if (rest.Length < length + 2)
        {
            return OperationStatus.NeedMoreData;
        }

        if (!rest[length..].StartsWith("\r\n"u8))
        {
            problem = "the answer is none of Redis";
            return OperationStatus.InvalidData;
        }

        reply = new RedisReply(RedisReplyKind.Text, OctetString.FromBytes(rest[..length]), []);
        position += length + 2;
        return OperationStatus.Done;
    }

    private static OperationStatus ReadLine(ReadOnlySpan<byte> octets, ref int position, out ReadOnlySpan<byte> line, ref string problem)
    {
        var rest = octets[position..];
        var end = rest[..Math.Min(rest.Length, MaxLine)].IndexOf("\r\n"u8);
        line = end < 0 ? [] : rest[..end];
        if (end >= 0)
        {
            position += end + 2;
            return OperationStatus.Done;
        }

        if (rest.Length < MaxLine)
        {
            return OperationStatus.NeedMoreData;
        }

        problem = $"a line of the answer is longer than {MaxLine} octets";
        return OperationStatus.InvalidData;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> digits, out long number) =>
        Utf8Parser.TryParse(digits, out number, out var consumed) && consumed == digits.Length;

    private void AppendItems(StringBuilder lines)
    {
        foreach (var item in Items)
        {
            if (item.Kind == RedisReplyKind.Array)
            {
                item.AppendItems(lines);
            }
            else
            {
                lines.Append(item.Text).Append('\n');
            }
        }
    }
}
