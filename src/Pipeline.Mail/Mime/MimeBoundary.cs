using System.Globalization;
using System.Text;

namespace Pipeline.Mail.Mime;

/// <summary>The line between the parts of a multipart entity (RFC 2046 section 5.1.1).</summary>
public static class MimeBoundary
{
    /// <param name="boundary">Letters, digits and hyphens, at most 60.</param>
    /// <param name="parts">What stands between the lines.</param>
    /// <returns>The boundary, lengthened should one of the parts hold it: it would cut the part short. Each turn makes it longer, so the size of the parts bounds the turns.</returns>
    public static string Unused(string boundary, params ReadOnlySpan<ReadOnlyMemory<byte>> parts)
    {
        for (var number = 0; ; number++)
        {
            var candidate = number == 0 ? boundary : string.Create(CultureInfo.InvariantCulture, $"{boundary}-{number}");
            var octets = Encoding.ASCII.GetBytes(candidate);
            var isUsed = false;
            foreach (var part in parts)
            {
                isUsed |= part.Span.IndexOf(octets) >= 0;
            }

            if (!isUsed)
            {
                return candidate;
            }
        }
    }
}
