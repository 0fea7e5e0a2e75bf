using System.Buffers;
using Pipeline.Mail.Message;

namespace Pipeline.Mail.Dkim;

/// <summary>Canonicalises header fields (RFC 6376 sections 3.4.1 and 3.4.2).</summary>
internal static class HeaderCanonicalizer
{
    /// <summary>Writes a field and the CRLF that ends it.</summary>
    public static void Write(HeaderField field, CanonicalForm form, IBufferWriter<byte> output)
    {
        WriteWithoutLineEnd(field, form, 0..0, output);
        output.Write("\r\n"u8);
    }

    /// <summary>Writes a field without its CRLF, as the signature field itself is hashed.</summary>
    /// <param name="deleted">Part of the value to leave out: what b= holds.</param>
    public static void WriteWithoutLineEnd(HeaderField field, CanonicalForm form, Range deleted, IBufferWriter<byte> output)
    {
        var value = field.Value.Span;
        var (start, length) = deleted.GetOffsetAndLength(value.Length);
        var before = value[..start];
        var after = value[(start + length)..];
        if (form == CanonicalForm.Simple)
        {
            output.Write(field.Raw.Span[..(field.ColonOffset + 1)]);
            output.Write(before);
            output.Write(after);
            return;
        }

        WriteLowerCase(field.Name, output);
        output.Write(":"u8);
        var relaxed = default(RelaxedValue);
        relaxed.Append(before, output);
        relaxed.Append(after, output);
    }

    private static void WriteLowerCase(ReadOnlySpan<byte> name, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(name.Length);
        System.Text.Ascii.ToLower(name, span, out var written);
        output.Advance(written);
    }

    /// <summary>Unfolds, makes each run of white space one blank, and drops white space at both ends.</summary>
    private struct RelaxedValue
    {
        private bool _hasContent;
        private bool _blank;

        public void Append(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
        {
            while (!value.IsEmpty)
            {
                var word = EndOfWord(value, out var gap);
                WriteWord(value[..word], output);
                _blank |= gap is (byte)' ' or (byte)'\t';
                value = value[Math.Min(value.Length, word + (gap == (byte)'\r' ? 2 : 1))..];
            }
        }

        /// <summary>Where the next blank, tab or fold is; a CR that no LF follows is part of the word.</summary>
        private static int EndOfWord(ReadOnlySpan<byte> value, out byte gap)
        {
            for (var from = 0; ;)
            {
                var found = value[from..].IndexOfAny((byte)' ', (byte)'\t', (byte)'\r');
                if (found < 0)
                {
                    gap = 0;
                    return value.Length;
                }

                from += found;
                gap = value[from];
                if (gap != (byte)'\r' || value[from..].StartsWith("\r\n"u8))
                {
                    return from;
                }

                from++;
            }
        }

        private void WriteWord(ReadOnlySpan<byte> word, IBufferWriter<byte> output)
        {
            if (word.IsEmpty)
            {
                return;
            }

            if (_blank && _hasContent)
            {
                output.Write(" "u8);
            }

            output.Write(word);
            (_hasContent, _blank) = (true, false);
        }
    }
}
