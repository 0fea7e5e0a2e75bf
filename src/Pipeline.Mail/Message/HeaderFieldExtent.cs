namespace Pipeline.Mail.Message;

/// <summary>Where a field lies: its start within the block, its length without the final CRLF, and offsets within the field.</summary>
internal readonly record struct HeaderFieldExtent(int Start, int Length, int NameLength, int Colon);
