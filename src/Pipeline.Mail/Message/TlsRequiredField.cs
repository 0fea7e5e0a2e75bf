using System.Text;

namespace Pipeline.Mail.Message;

/// <summary>The field <c>TLS-Required: No</c> (RFC 8689 section 5): delivery matters more to the sender than what peers say of TLS.</summary>
public static class TlsRequiredField
{
    /// <summary>Whether the header has it. Of several fields of that name the meaning is open: they count as none.</summary>
    /// <param name="headerBlock">Well formed.</param>
    public static bool SaysNo(ReadOnlyMemory<byte> headerBlock)
    {
        var (found, no) = (0, false);
        foreach (var field in new HeaderFields(headerBlock))
        {
            if (field.HasName("TLS-Required"u8))
            {
                found++;
                no = Ascii.EqualsIgnoreCase(field.Text, "No"u8);
            }
        }

        return found == 1 && no;
    }
}
