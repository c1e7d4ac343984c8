package io.replbuf.harness.report;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * Writes figures as {@code charts/<id>.svg} and {@code charts/<id>.png} (two device pixels for one of the page) and gives the SVG
 * for the page.
 *
 * <p>Without a font nothing is drawn and {@link #inline} gives null: the tables say the same in numbers.
 */
final class FigureFiles {
    private static final int PIXELS = 2;

    private final Path folder;
    private final FigurePainter painter;
    private final Set<Path> written = new LinkedHashSet<>();

    FigureFiles(Path folder, String fontFamily) {
        this.folder = folder;
        this.painter = fontFamily == null ? null : new FigurePainter(fontFamily);
    }

    /** Draws the figure and returns it as an element for the page, or null when this machine has no font. */
    String inline(Figure figure) throws IOException {
        if (painter == null) {
            return null;
        }
        Files.createDirectories(folder);
        Chart<?, ?> chart = painter.paint(figure);
        String svg = svg(chart);
        write(figure, svg, image(chart));
        return Svg.inline(
                Legend.isShared(figure) ? svg(painter.paintForPage(figure)) : svg, figure);
    }

    /** Files in the order in which they were drawn. */
    Set<Path> written() {
        return written;
    }

    private void write(Figure figure, String svg, BufferedImage image) throws IOException {
        Path svgFile = folder.resolve(figure.id() + ".svg");
        Path pngFile = folder.resolve(figure.id() + ".png");
        Files.writeString(svgFile, svg);
        if (!ImageIO.write(image, "png", pngFile.toFile())) {
            throw new IOException(
                    pngFile + ": no PNG writer in this JVM (expected: java.desktop's)");
        }
        written.add(svgFile);
        written.add(pngFile);
    }

    private static BufferedImage image(Chart<?, ?> chart) {
        int width = chart.getWidth();
        int height = chart.getHeight();
        // Bytes in PNG's own order: the encoder takes rows as they are.
        BufferedImage image =
                new BufferedImage(width * PIXELS, height * PIXELS, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        try {
            graphics.scale(PIXELS, PIXELS);
            chart.paint(graphics, width, height);
        } finally {
            graphics.dispose();
        }
        return image;
    }

    private static String svg(Chart<?, ?> chart) throws IOException {
        return Svg.shortened(
                new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8));
    }
}
