using System.Buffers;
using System.Collections.Immutable;
using System.Text;

namespace Pipeline.Mail.Message;

/// <summary>The header fields of a message over the octets they came in: an index, not a copy.</summary>
/// <remarks>
/// Only CRLF ends a line. A lone CR or LF is an ordinary octet of its field, here as in the body hashers, so that no two readers of a message can
/// see its header end at different places.
/// </remarks>
public sealed class HeaderBlock
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly ImmutableArray<HeaderFieldExtent> _fields;
    private Dictionary<string, int[]>? _byName;

    internal HeaderBlock(ReadOnlyMemory<byte> bytes, ImmutableArray<HeaderFieldExtent> fields)
    {
        _bytes = bytes;
        _fields = fields;
    }

    public static HeaderBlock Empty { get; } = new(ReadOnlyMemory<byte>.Empty, []);

    /// <summary>All fields, each ended by CRLF, without the empty line: what <see cref="IMessageContent.HeaderBlock"/> stores.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    public int Count => _fields.Length;

    /// <summary>Field number <paramref name="index"/> counted from the top, from 0.</summary>
    public HeaderField this[int index]
    {
        get
        {
            var extent = _fields[index];
            return new HeaderField(_bytes.Slice(extent.Start, extent.Length), extent.NameLength, extent.Colon);
        }
    }

    /// <summary>Reads the header of a message, or a bare header block, that is wholly in memory.</summary>
    /// <param name="bodyOffset">Where the body begins: after the empty line, or at the first line that is no field; the length when there is no body.</param>
    /// <returns><see cref="OperationStatus.Done"/>, or <see cref="OperationStatus.InvalidData"/> when a limit was passed.</returns>
    public static OperationStatus Parse(
        ReadOnlyMemory<byte> message, HeaderLimits limits, out HeaderBlock header, out int bodyOffset, out HeaderProblem problem)
    {
        var lines = new HeaderLineReader(limits);
        var status = lines.Read(message.Span, isFinal: true, out bodyOffset);
        problem = lines.Problem;
        header = status == OperationStatus.Done ? lines.ToBlock(message) : Empty;
        return status;
    }

    /// <summary>Index of the lowest field of this name at or above <paramref name="from"/> (default: the bottom), or -1.</summary>
    public int FindLast(ReadOnlySpan<byte> name, int from = int.MaxValue)
    {
        for (var i = Math.Min(from, Count - 1); i >= 0; i--)
        {
            if (this[i].HasName(name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Index of the uppermost field of this name at or below <paramref name="from"/>, or -1.</summary>
    public int FindFirst(ReadOnlySpan<byte> name, int from = 0)
    {
        for (var i = from; i < Count; i++)
        {
            if (this[i].HasName(name))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Indexes of all fields of a name, top first. The name is ASCII in lower case; the first call builds an index over all names.</summary>
    public ReadOnlySpan<int> IndexesOf(string lowerCaseName)
    {
        _byName ??= BuildIndex();
        return _byName.TryGetValue(lowerCaseName, out var indexes) ? indexes : [];
    }

    /// <summary>The same header without some fields; the octets of the others are unchanged.</summary>
    /// <param name="indexes">In ascending order.</param>
    public HeaderBlock Without(ReadOnlySpan<int> indexes)
    {
        if (indexes.IsEmpty)
        {
            return this;
        }

        var bytes = new ArrayBufferWriter<byte>(_bytes.Length);
        var fields = ImmutableArray.CreateBuilder<HeaderFieldExtent>(Count);
        for (var i = 0; i < Count; i++)
        {
            if (indexes.BinarySearch(i) >= 0)
            {
                continue;
            }

            var extent = _fields[i];
            var end = i + 1 < Count ? _fields[i + 1].Start : _bytes.Length;
            fields.Add(extent with { Start = bytes.WrittenCount });
            bytes.Write(_bytes.Span[extent.Start..end]);
        }

        return new HeaderBlock(bytes.WrittenMemory, fields.ToImmutable());
    }

    private Dictionary<string, int[]> BuildIndex()
    {
        var lists = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < Count; i++)
        {
            var name = Encoding.ASCII.GetString(this[i].Name).ToLowerInvariant();
            if (!lists.TryGetValue(name, out var list))
            {
                lists.Add(name, list = []);
            }

            list.Add(i);
        }

        return lists.ToDictionary(e => e.Key, e => e.Value.ToArray(), StringComparer.Ordinal);
    }
}
